-- purge_notifications: removes what was read, or only sent out, longer ago than notifications.keep_days; returns how many.
--
-- At most p_limit at a time: call it until it returns 0. What nobody has read stays. Counters do not move: what was read
-- is in none.
--
-- called by  a daily job
-- requires   require_service, require_moment, setting
-- errors     PA403 not the service · PA422 as of the future, p_limit below 1
create or replace function purge_notifications(
    p_as_of timestamptz default null,
    p_limit integer default 10000
)
returns bigint
language plpgsql
volatile
security definer -- deletes from notifications, which no platform role may write
set search_path from current
set enable_seqscan = off -- every batch by the indexes: a plan would read all of a table that has a few thousand rows
as $$
#variable_conflict use_column
declare
    v_before timestamptz;
    v_ids uuid[];
    v_purged bigint;
begin
    perform require_service();

    if p_limit is null or p_limit < 1 then
        raise exception 'this would remove nothing'
            using errcode = 'PA422', detail = format('limit = %s', coalesce(p_limit::text, 'null')),
                hint = 'Pass how many to remove at a time.';
    end if;

    v_before := require_moment(p_at => p_as_of)
        - make_interval(days => coalesce((setting(p_key => 'notifications.keep_days') #>> '{}')::integer, 90));

    -- The oldest first, by the index of each kind, and deleted by their keys: in one statement every batch read the whole
    -- table, the places of those deleted before included.
    v_ids := array(
        select o.id
        from notifications as o
        where o.read_at < v_before
        order by o.read_at
        limit p_limit
        for update skip locked
    );

    v_ids := v_ids || array(
        select o.id
        from notifications as o
        where not o.is_in_app and o.created_at < v_before and o.id <> all(v_ids)
        order by o.created_at
        limit p_limit - cardinality(v_ids)
        for update skip locked
    );

    delete from notifications as n where n.id = any(v_ids);
    get diagnostics v_purged = row_count;

    return v_purged;
end;
$$;

comment on function purge_notifications is 'Removes notifications read long ago, a batch at a time; returns how many.';
revoke all on function purge_notifications from public;
grant execute on function purge_notifications to pgacademy_service;
