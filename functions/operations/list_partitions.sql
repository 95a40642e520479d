-- list_partitions: the partitions of this school's tables, and which time each holds.
--
-- Read from the catalogue, so a partition that a DBA made by hand, of a week or of a year, is told as well.
--
-- called by  missing_partitions
-- errors     none
create or replace function list_partitions()
returns table (table_name text, partition_name text, starts_at timestamptz, ends_at timestamptz)
language sql
stable
security invoker
set search_path from current
set timezone = 'UTC' -- a bound is written in the time zone of who reads it
set datestyle = 'ISO'
as $$
    select
        p.relname::text,
        c.relname::text,
        (b.bounds)[1]::timestamptz,
        (b.bounds)[2]::timestamptz
    from pg_class as p
    inner join pg_inherits as i on p.oid = i.inhparent
    inner join pg_class as c on i.inhrelid = c.oid
    cross join lateral (
        select regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM [(]''([^'']+)''[)] TO [(]''([^'']+)''[)]') as bounds
    ) as b
    where p.relnamespace = current_schema()::regnamespace and p.relkind = 'p' and not i.inhdetachpending
    order by 1, 3;
$$;

comment on function list_partitions() is
'The partitions of this school: table, partition, first moment, first moment after it.';
revoke all on function list_partitions() from public;
grant execute on function list_partitions() to pgacademy_service;
