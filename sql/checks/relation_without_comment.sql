-- Every table, view and column says what it holds, and its unit. Partitions say what their parent says.
-- Exempt: the four tables that yoyo creates itself.
select
    c.oid::regclass::text || coalesce('.' || a.attname, '') as object,
    'has no comment' as finding
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
left join pg_attribute as a
    on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and col_description(c.oid, a.attnum) is null
where
    n.nspname = current_schema()
    and c.relkind in ('r', 'p')
    and not c.relispartition
    and c.relname not in ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
    and (a.attname is not null or obj_description(c.oid, 'pg_class') is null)
union all
select
    c.oid::regclass::text as object,
    'has no comment' as finding
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname = current_schema()
    and c.relkind in ('v', 'm')
    and obj_description(c.oid, 'pg_class') is null
order by 1;
