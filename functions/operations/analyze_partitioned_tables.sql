-- analyze_partitioned_tables: counts anew what the planner believes of partitioned tables as wholes; returns how many.
--
-- Autovacuum looks after each month, and never after the table that they make up: without this, a plan for several months
-- rests on what was true when somebody last said ANALYZE. Readers and writers are not in its way, nor it in theirs.
--
-- called by  `pgacademy maintain`, a daily job
-- requires   require_service
-- errors     PA403 not the service · 55P03 a month is just being made, or leaves
create or replace function analyze_partitioned_tables()
returns bigint
language plpgsql
volatile
security definer -- only the owner may analyze
set search_path from current
set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
    v_table name;
    v_count bigint := 0;
begin
    perform require_service();

    for v_table in
        select c.relname
        from pg_class as c
        where c.relnamespace = current_schema()::regnamespace and c.relkind = 'p' and not c.relispartition
        order by c.relname
    loop
        -- Before 18, the months are analyzed along with it.
        execute format(
            'analyze %s %I', case when current_setting('server_version_num')::integer >= 180000 then 'only' end, v_table
        );
        v_count := v_count + 1;
    end loop;

    return v_count;
end;
$$;

comment on function analyze_partitioned_tables is 'Counts anew what the planner believes of partitioned tables as wholes.';
revoke all on function analyze_partitioned_tables from public;
grant execute on function analyze_partitioned_tables to pgacademy_service;
