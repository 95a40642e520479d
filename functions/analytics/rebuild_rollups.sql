-- rebuild_rollups: counts the rollups anew from the events that are there; returns how many events.
--
-- Days whose events retention has removed stay as they are. People who were erased are in no event any more: days counted
-- anew do without them.
--
-- called by  roll_up_analytics, repair_counters; a DBA who changed events by hand
-- requires   require_service, require_moment, school_zone, first_rebuildable_day, fold_events, cluster_id
-- errors     PA403 not the service · PA422 as of the future
create or replace function rebuild_rollups(
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
    v_snapshot pg_snapshot;
    v_since date;
    v_events bigint;
begin
    perform require_service();

    update rollup_state as s set rolled_at = greatest(s.rolled_at, v_as_of) where s.is_current;

    -- A new statement: what committed while the one before waited is in this snapshot.
    v_snapshot := pg_current_snapshot();

    -- Transactions that this cluster has not seen yet were those of another. Theirs are counted now, and never again.
    update analytics_events as e set written_by = '0' where e.written_by >= pg_snapshot_xmax(v_snapshot);

    v_since := coalesce(first_rebuildable_day(), 'infinity');

    delete from user_activity_days as d where d.activity_date >= v_since;
    delete from learner_activity_days as d where d.activity_date >= v_since;
    delete from course_activity_days as d where d.activity_date >= v_since;
    delete from event_type_days as d where d.activity_date >= v_since;
    delete from platform_activity_days as d where d.activity_date >= v_since;

    v_events := fold_events(p_from => '0', p_to => pg_snapshot_xmin(v_snapshot), p_since => v_since);

    update rollup_state as s
    set rolled_to = pg_snapshot_xmin(v_snapshot), cluster_id = cluster_id(), timezone = school_zone()
    where s.is_current;

    return v_events;
end;
$$;

comment on function rebuild_rollups is 'Counts the rollups anew; returns how many events they are made of.';
revoke all on function rebuild_rollups from public;
grant execute on function rebuild_rollups to pgacademy_service;
