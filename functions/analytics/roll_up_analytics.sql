-- roll_up_analytics: adds to the rollups what was tracked since the last run; returns how many events.
--
-- Neither times nor numbers tell what is new: a transaction that began earlier may commit later, and what it wrote would be
-- before a mark that has moved on. So the mark is a transaction: all before the oldest that is still running have ended, and
-- every event of theirs can be seen or never will be. What a longer one writes is counted in the first run after its end; one
-- that never ends holds the mark up, anywhere on the server, and loses nothing.
--
-- After a restore into another cluster such numbers mean nothing, and after a change of the school's time zone the days are
-- others: then all is built anew, once.
--
-- called by  a job, every few minutes
-- requires   require_service, require_moment, school_zone, rebuild_rollups, fold_events, cluster_id
-- errors     PA403 not the service · PA422 as of the future
create or replace function roll_up_analytics(
    p_as_of timestamptz default null
)
returns bigint
language plpgsql
volatile
security definer -- writes rollups, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_as_of timestamptz := require_moment(p_at => p_as_of);
    v_state rollup_state;
    v_horizon xid8;
    v_events bigint;
begin
    perform require_service();

    -- Runs come one after the other: whoever waits here looks at the transactions in a new statement.
    update rollup_state as s
    set rolled_at = greatest(s.rolled_at, v_as_of)
    where s.is_current
    returning s.* into v_state;

    if
        v_state.timezone is distinct from school_zone()
        or v_state.cluster_id is distinct from cluster_id()
        or v_state.rolled_to > pg_snapshot_xmax(pg_current_snapshot())
    then
        return rebuild_rollups(p_as_of => p_as_of);
    end if;

    v_horizon := pg_snapshot_xmin(pg_current_snapshot());
    v_events := fold_events(p_from => v_state.rolled_to, p_to => v_horizon);

    update rollup_state as s set rolled_to = v_horizon where s.is_current and s.rolled_to < v_horizon;

    return v_events;
end;
$$;

comment on function roll_up_analytics is 'Adds new events to the rollups; returns how many.';
revoke all on function roll_up_analytics from public;
grant execute on function roll_up_analytics to pgacademy_service;
