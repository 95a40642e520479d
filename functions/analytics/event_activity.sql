-- event_activity: the events of some transactions, added up by day, person, course and kind. The one place that says what a
-- rollup counts: what adds to them, what builds them anew and what checks them all ask here.
--
-- Transactions from p_from on and before p_to; days, in the given time zone, from p_since on. Written to become part of the
-- query that asks, so that nothing is stored on the way.
--
-- called by  fold_events, analytics_findings
-- errors     22023 there is no such time zone
create or replace function event_activity(
    p_from xid8,
    p_to xid8,
    p_timezone text,
    p_since date
)
returns table (activity_date date, user_id uuid, course_id uuid, event_type text, event_count bigint)
language sql
stable
security invoker
begin atomic
    select
        (e.created_at at time zone p_timezone)::date as activity_date,
        e.user_id,
        e.course_id,
        e.event_type,
        count(*) as event_count
    from analytics_events as e
    where
        e.written_by >= p_from
        and e.written_by < p_to
        and e.created_at >= p_since::timestamp at time zone p_timezone
    group by (e.created_at at time zone p_timezone)::date, e.user_id, e.course_id, e.event_type;
end;

comment on function event_activity is 'Internal: events of some transactions by day, person, course and kind.';
-- Granted to nobody: it reads what everybody did.
revoke all on function event_activity from public;
