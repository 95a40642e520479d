-- first_rebuildable_day: from which day on the events are all there, so that rollups can be counted anew. Null: from none.
--
-- Retention removes old events and keeps their rollups. Are there rollups of days before the oldest event, then its own day
-- may be half gone, and the next is the first.
--
-- called by  rebuild_rollups, analytics_findings
-- requires   school_zone
-- errors     none
create or replace function first_rebuildable_day()
returns date
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_first date := (
        select (min(e.created_at) at time zone coalesce((select s.timezone from rollup_state as s), school_zone()))::date
        from analytics_events as e
    );
begin
    if exists (select from platform_activity_days as d where d.activity_date < v_first) then
        return v_first + 1;
    end if;

    return v_first;
end;
$$;

comment on function first_rebuildable_day is 'Internal: the first day whose events are all there; null without events.';
-- Granted to nobody: a helper of jobs.
revoke all on function first_rebuildable_day from public;
