-- retire_partitions: takes the oldest of the months that were kept long enough one step further: detaches it, or archives or
-- drops it when it is detached. Returns which, and how many rows went into the archive; null for the first step. Call it
-- until it returns no row, each time in a transaction of its own.
--
-- For a scheduler in the database: `pgacademy maintain` detaches concurrently, which no function can. Here the readers and
-- writers of the table, and of those it refers to, wait for as long as the step's transaction takes: so none that is long
-- comes after a lock. Whoever is in the way is hardly waited for, because others queue behind it.
--
-- called by  pg_cron
-- requires   begin_retirement, finish_retirement, require_service
-- errors     PA403 not the service · PA422 a moment in the future · 55P03 a table was in use
create or replace function retire_partitions(
    p_as_of timestamptz default null
)
returns table (partition_name text, rows_archived bigint)
language plpgsql
volatile
security definer -- drops tables, which only the owner may
set search_path from current
set lock_timeout = '100ms'
as $$
#variable_conflict use_column
declare
    v_leaving record;
begin
    perform require_service();

    select b.* into v_leaving from begin_retirement(p_as_of => p_as_of) as b limit 1;

    if not found then
        return;
    end if;

    partition_name := v_leaving.partition_name;

    if v_leaving.is_attached then
        execute format(
            'alter table %I detach partition %I %s', v_leaving.table_name, v_leaving.partition_name,
            case when v_leaving.is_detaching then 'finalize' end
        );
    else
        rows_archived := finish_retirement(p_archive_id => v_leaving.archive_id);
    end if;

    return next;
end;
$$;

comment on function retire_partitions is
'Takes a month that was kept long enough one step further on its way out; no row: nothing is left.';
revoke all on function retire_partitions from public;
grant execute on function retire_partitions to pgacademy_service;
