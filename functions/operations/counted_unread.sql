-- counted_unread: how many notifications people have not read: those who have any, or whose count says so.
--
-- p_user_ids limits it to some; null counts everyone. known is what notification_counts and notification_deltas say together.
--
-- called by  community_findings, repair_unread
-- errors     none
create or replace function counted_unread(
    p_user_ids uuid[] default null
)
returns table (user_id uuid, unread bigint, known bigint)
language sql
stable
security invoker
begin atomic
    select n.user_id, sum(n.unread)::bigint, sum(n.known)::bigint
    from (
        select u.user_id, 1 as unread, 0 as known from notifications as u where u.read_at is null and u.is_in_app
        union all
        select c.user_id, 0, c.unread_count from notification_counts as c
        union all
        select d.user_id, 0, d.change from notification_deltas as d
    ) as n
    where p_user_ids is null or n.user_id = any(p_user_ids)
    group by n.user_id;
end;

comment on function counted_unread is 'Internal: unread notifications of people, counted anew, beside what is known of them.';
-- Granted to nobody: it counts other people's rows.
revoke all on function counted_unread from public;
