-- Moments are timestamptz: without a zone they mean something else on every connection.
-- Exempt: the tables that yoyo creates itself.
select
    c.oid::regclass::text || '.' || a.attname as object,
    'is a timestamp without time zone' as finding
from pg_attribute as a
inner join pg_class as c on c.oid = a.attrelid
inner join pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname = current_schema()
    and c.relkind in ('r', 'p')
    and a.attnum > 0
    and not a.attisdropped
    and a.atttypid = 'timestamp'::regtype
    and c.relname not in ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
order by 1;
