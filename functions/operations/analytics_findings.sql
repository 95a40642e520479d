-- analytics_findings: what is wrong with the rollups: every number that is not that of the events it was added up from.
--
-- Of the days whose events are all still there. People who were erased since are in no event any more, so there may be more
-- in a day than can be counted.
--
-- called by  verify_integrity
-- requires   event_activity, first_rebuildable_day
-- errors     none
create or replace function analytics_findings()
returns table (check_name text, table_name text, row_id text, expected text, actual text)
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_state rollup_state := (select s from rollup_state as s where s.is_current);
    v_since date;
begin
    -- Before the first run there is nothing that could be wrong.
    if v_state.rolled_at is null then
        return;
    end if;

    v_since := coalesce(first_rebuildable_day(), 'infinity');

    return query
    with found as materialized (
        select a.activity_date, a.user_id, a.course_id, a.event_type, a.event_count
        from event_activity(
            p_from => '0', p_to => v_state.rolled_to, p_timezone => v_state.timezone, p_since => v_since
        ) as a
    ),

    counted as (
        select
            'user_activity_days' as table_name, f.activity_date || ' ' || f.user_id as row_id,
            sum(f.event_count) as event_count, null::bigint as people
        from found as f
        where f.user_id is not null
        group by f.activity_date, f.user_id
        union all
        select 'learner_activity_days', f.activity_date || ' ' || f.course_id || ' ' || f.user_id, sum(f.event_count), null
        from found as f
        where f.user_id is not null and f.course_id is not null
        group by f.activity_date, f.course_id, f.user_id
        union all
        select
            'course_activity_days', f.activity_date || ' ' || f.course_id, sum(f.event_count), count(distinct f.user_id)
        from found as f
        where f.course_id is not null
        group by f.activity_date, f.course_id
        union all
        select 'event_type_days', f.activity_date || ' ' || f.event_type, sum(f.event_count), null
        from found as f
        group by f.activity_date, f.event_type
        union all
        select 'platform_activity_days', f.activity_date::text, sum(f.event_count), count(distinct f.user_id)
        from found as f
        group by f.activity_date
    ),

    stored as (
        select
            'user_activity_days' as table_name, d.activity_date || ' ' || d.user_id as row_id, d.activity_date, d.event_count,
            null::bigint as people
        from user_activity_days as d
        union all
        select
            'learner_activity_days', d.activity_date || ' ' || d.course_id || ' ' || d.user_id, d.activity_date,
            d.event_count, null
        from learner_activity_days as d
        union all
        select 'course_activity_days', d.activity_date || ' ' || d.course_id, d.activity_date, d.event_count, d.people
        from course_activity_days as d
        union all
        select 'event_type_days', d.activity_date || ' ' || d.event_type, d.activity_date, d.event_count, null
        from event_type_days as d
        union all
        select 'platform_activity_days', d.activity_date::text, d.activity_date, d.event_count, d.people
        from platform_activity_days as d
    )

    select
        coalesce(c.table_name, s.table_name) || v.counter, coalesce(c.table_name, s.table_name),
        coalesce(c.row_id, s.row_id), v.expected::text, v.actual::text
    from counted as c
    full join (
        select s.table_name, s.row_id, s.event_count, s.people from stored as s where s.activity_date >= v_since
    ) as s on s.table_name = c.table_name and s.row_id = c.row_id
    cross join lateral (
        values
        ('.event_count', coalesce(c.event_count, 0), coalesce(s.event_count, 0)),
        ('.people', coalesce(c.people, 0), least(coalesce(s.people, 0), coalesce(c.people, 0)))
    ) as v (counter, expected, actual)
    where v.expected <> v.actual;
end;
$$;

comment on function analytics_findings is 'Internal: what verify_integrity says of rollups.';
-- Granted to nobody: it counts what everybody did.
revoke all on function analytics_findings from public;
