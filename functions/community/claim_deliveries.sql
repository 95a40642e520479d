-- claim_deliveries: notifications that are to go out by email or push now, for one sender to send.
--
-- Whoever claims has five minutes to say how it went, with finish_delivery; after that somebody else gets them. Two
-- senders never get the same. Commit the claim before sending. What is due to somebody who has left meanwhile, or to an
-- address that is proven no more, is cancelled.
--
-- called by  the back end's senders
-- requires   require_service
-- errors     PA403 not the service · PA422 no such channel, p_limit not 1 to 1000
create or replace function claim_deliveries(
    p_channel text,
    p_limit integer default 100
)
returns table (
    notification_id uuid,
    user_id uuid,
    email text,
    notification_type text,
    title text,
    message text,
    priority text,
    action_url text,
    attempts smallint
)
language plpgsql
volatile
security definer -- reads what people are told, and their addresses
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_moved bigint;
    v_claimed uuid[];
begin
    perform require_service();

    if (p_channel in ('email', 'push')) is not true or (p_limit between 1 and 1000) is not true then
        raise exception 'there is no such channel, or the batch is of no use'
            using errcode = 'PA422',
                detail = format(
                    'channel = %s, limit = %s', coalesce(left(p_channel, 60), 'null'), coalesce(p_limit::text, 'null')
                ),
                hint = 'Claim 1 to 1000 of email or push.';
    end if;

    -- Again only where all that were due are cancelled.
    loop
        with due as (
            select d.notification_id
            from notification_deliveries as d
            where d.channel = p_channel and d.status = 'pending' and d.next_attempt_at <= v_now
            order by d.next_attempt_at
            limit p_limit
            for update skip locked
        ),

        judged as (
            select
                due.notification_id,
                u.is_active and u.deleted_at is null
                and (p_channel <> 'email' or (u.email is not null and u.email_verified)) as is_wanted
            from due
            inner join notifications as n on n.id = due.notification_id
            inner join users as u on u.id = n.user_id
        ),

        moved as (
            update notification_deliveries as d
            set
                status = case when j.is_wanted then 'pending' else 'cancelled' end,
                attempts = case when j.is_wanted then least(d.attempts + 1, 32767) else d.attempts end,
                next_attempt_at = case when j.is_wanted then v_now + interval '5 minutes' else d.next_attempt_at end,
                finished_at = case when not j.is_wanted then v_now end
            from judged as j
            where d.notification_id = j.notification_id and d.channel = p_channel
            returning d.notification_id, d.status
        )

        select count(*), array_agg(m.notification_id) filter (where m.status = 'pending')
        into v_moved, v_claimed
        from moved as m;

        exit when v_claimed is not null or v_moved = 0;
    end loop;

    return query
    select n.id, n.user_id, u.email, n.notification_type, n.title, n.message, n.priority, n.action_url, d.attempts
    from notification_deliveries as d
    inner join notifications as n on n.id = d.notification_id
    inner join users as u on u.id = n.user_id
    where d.notification_id = any(v_claimed) and d.channel = p_channel
    order by n.created_at, n.id;
end;
$$;

comment on function claim_deliveries is 'Takes notifications that are to go out by email or push, for five minutes.';
revoke all on function claim_deliveries from public;
grant execute on function claim_deliveries to pgacademy_service;
