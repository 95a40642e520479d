-- list_partitions: the partitions of this school's tables, and which time each holds.
--
-- Read from the catalogue, so a partition that a DBA made by hand, of a week or of a year, is told as well. A bound names no
-- column, so none of a hundred partitions is opened and locked for it; it is cut at its quotes, for matching takes as long as
-- all the rest. Of a table that is not partitioned by ranges of one column of time both moments are null.
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
        b.starts_at,
        b.ends_at
    from pg_class as p
    inner join pg_partitioned_table as t on p.oid = t.partrelid
    left join pg_attribute as k
        on
            p.oid = k.attrelid
            and k.attnum = t.partattrs[0]
            and t.partnatts = 1
            and k.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
    inner join pg_inherits as i on p.oid = i.inhparent
    inner join pg_class as c on i.inhrelid = c.oid
    left join lateral (
        -- In a CASE, the only order that is kept: of another column the words are no moments.
        select
            case when k.attnum is not null then w.words[2]::timestamptz end as starts_at,
            case when k.attnum is not null then w.words[4]::timestamptz end as ends_at
        from string_to_array(pg_get_expr(c.relpartbound, 0), '''') as w (words)
        where w.words[1] = 'FOR VALUES FROM (' and w.words[3] = ') TO ('
    ) as b on true
    where p.relnamespace = current_schema()::regnamespace and p.relkind = 'p' and not i.inhdetachpending
    order by 1, 3;
$$;

comment on function list_partitions() is
'The partitions of this school: table, partition, first moment, first moment after it.';
revoke all on function list_partitions() from public;
grant execute on function list_partitions() to pgacademy_service;
