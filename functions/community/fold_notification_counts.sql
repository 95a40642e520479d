-- fold_notification_counts: adds new notifications to the counts of those who do not read them; returns how many
-- people.
--
-- Keeps unread_count() a short look. Whoever is reading at the moment is left for the next run: they do it themselves.
--
-- At most p_limit people at a time: call it until it returns 0.
--
-- called by  a job, every few minutes
-- requires   require_service, require_limit, settle_unread
-- errors     PA403 not the service · PA422 a batch of no use
create or replace function fold_notification_counts(
    p_limit integer default 1000
)
returns bigint
language plpgsql
volatile
security definer -- writes counters, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_people uuid[];
begin
    perform require_service();
    perform require_limit(p_limit => p_limit, p_max => 100000);

    insert into notification_counts (user_id)
    select distinct d.user_id from notification_deltas as d
    where not exists (select from notification_counts as c where c.user_id = d.user_id)
    order by d.user_id
    limit p_limit
    on conflict (user_id) do nothing;

    v_people := array(
        select c.user_id
        from notification_counts as c
        where exists (select from notification_deltas as d where d.user_id = c.user_id)
        order by c.user_id
        limit p_limit
        for no key update skip locked
    );

    perform settle_unread(p_user_id => p.user_id, p_read => 0) from unnest(v_people) as p (user_id);

    return cardinality(v_people);
end;
$$;

comment on function fold_notification_counts is 'Adds new notifications to the counts of unread ones; returns how many people had some.';
revoke all on function fold_notification_counts from public;
grant execute on function fold_notification_counts to pgacademy_service;
