-- notify_people: the one writer of notifications. Tells people something, each over the channels they want it on.
--
-- Per type, notification_preferences decides; what it leaves open is yes in the application, and by email and push as in
-- user_settings. Email needs an address that was proven: what others write must not go to whoever was merely named. What is
-- urgent is always shown in the application. Who wants a kind of news on no channel gets none, nor does who has left. An
-- occurrence names what is told once: the same person, type and occurrence again is nothing, whoever else writes it at the
-- same moment. What happened more than a day ago (p_occurred_at: imports, corrections) is no news, and nobody is told.
--
-- Appends only. It locks no row of anybody, so it may be called anywhere in the lock order, for people in any order.
-- Returns how many people were told.
--
-- called by  notify, announce, remind_streaks
-- errors     23514 an unknown type or priority, a title, message or address the table refuses
create or replace function notify_people(
    p_user_ids uuid[],
    p_type text,
    p_title text,
    p_message text default '',
    p_related_type text default null,
    p_related_id uuid default null,
    p_priority text default 'normal',
    p_action_url text default null,
    p_occurrence text default null,
    p_occurred_at timestamptz default null
)
returns bigint
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_told bigint;
begin
    if p_occurred_at < now() - interval '1 day' then
        return 0;
    end if;

    with channels as (
        select
            u.id as user_id,
            coalesce(p.in_app, true) or p_priority = 'urgent' as in_app,
            coalesce(p.email, s.email_notifications, true) and u.email is not null and u.email_verified as email,
            coalesce(p.push, s.push_notifications, true) as push
        from users as u
        left join user_settings as s on s.user_id = u.id
        left join notification_preferences as p on p.user_id = u.id and p.notification_type = p_type
        where u.id = any(p_user_ids) and u.is_active and u.deleted_at is null
    ),

    told as (
        insert into notifications (
            user_id, notification_type, title, message, related_object_type, related_object_id, priority, action_url,
            occurrence, is_in_app
        )
        select
            c.user_id, p_type, p_title, coalesce(p_message, ''), p_related_type, p_related_id,
            coalesce(p_priority, 'normal'), p_action_url, p_occurrence, c.in_app
        from channels as c
        where c.in_app or c.email or c.push
        on conflict (user_id, notification_type, occurrence) where occurrence is not null do nothing
        returning id, user_id, is_in_app
    ),

    unread as (
        insert into notification_deltas (user_id)
        select t.user_id from told as t where t.is_in_app
    ),

    outgoing as (
        insert into notification_deliveries (notification_id, channel)
        select t.id, v.channel
        from told as t
        inner join channels as c on c.user_id = t.user_id
        cross join lateral (values ('email', c.email), ('push', c.push)) as v (channel, is_wanted)
        where v.is_wanted
    )

    select count(*) into v_told from told;

    return v_told;
end;
$$;

comment on function notify_people is 'Internal: tells people something, each over the channels they want; how many were told.';
-- Granted to nobody: news comes from what happened. Staff announce.
revoke all on function notify_people from public;
