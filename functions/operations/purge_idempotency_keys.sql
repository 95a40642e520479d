-- purge_idempotency_keys: forgets the replies that are older than 30 days; returns how many.
--
-- A key that is being claimed at the same moment is new, so nobody waits for this.
--
-- called by  a daily job
-- requires   require_service, require_moment
-- errors     PA403 not the service · PA422 as of the future
create or replace function purge_idempotency_keys(
    p_as_of timestamptz default null
)
returns bigint
language plpgsql
volatile
security definer -- deletes from idempotency_keys, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_before timestamptz;
    v_purged bigint;
begin
    perform require_service();

    v_before := require_moment(p_at => p_as_of) - interval '30 days';

    delete from idempotency_keys as k where k.created_at < v_before;
    get diagnostics v_purged = row_count;

    return v_purged;
end;
$$;

comment on function purge_idempotency_keys is 'Deletes idempotency keys older than 30 days; returns how many.';
revoke all on function purge_idempotency_keys from public;
grant execute on function purge_idempotency_keys to pgacademy_service;
