-- Counted identities are bigint: an integer one runs out, and a distributed engine hands out numbers in wide steps.
-- Exempt: the tables that yoyo creates itself.
select
    c.oid::regclass::text || '.' || a.attname as object,
    'is an identity or a sequence and not bigint' as finding
from pg_attribute as a
inner join pg_class as c on c.oid = a.attrelid
inner join pg_namespace as n on n.oid = c.relnamespace
left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
where
    n.nspname = current_schema()
    and c.relkind in ('r', 'p')
    and a.attnum > 0
    and not a.attisdropped
    and c.relname not in ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
    and (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval(%')
    and a.atttypid <> 'bigint'::regtype
order by 1;
