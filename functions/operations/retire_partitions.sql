-- retire_partitions: detaches, and archives or drops, the months that were kept long enough; returns what it did.
--
-- For a scheduler in the database: `pgacademy maintain` detaches concurrently, which no function can. Here the table's
-- readers and writers wait while the partition goes, and whoever is in the way is waited for two seconds at most.
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
set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
    v_leaving record;
begin
    perform require_service();

    for v_leaving in select b.* from begin_retirement(p_as_of => p_as_of) as b loop
        if v_leaving.is_detaching then
            execute format('alter table %I detach partition %I finalize', v_leaving.table_name, v_leaving.partition_name);
        elsif v_leaving.is_attached then
            execute format('alter table %I detach partition %I', v_leaving.table_name, v_leaving.partition_name);
        end if;

        partition_name := v_leaving.partition_name;
        rows_archived := finish_retirement(p_archive_id => v_leaving.archive_id);
        return next;
    end loop;
end;
$$;

comment on function retire_partitions is 'Archives or drops the partitions that were kept long enough, from inside the database.';
revoke all on function retire_partitions from public;
grant execute on function retire_partitions to pgacademy_service;
