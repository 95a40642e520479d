-- Row-level security is on everywhere, so that a grant alone never shows a row.
-- The tables that record applied migrations are exempt: yoyo creates four of them itself and knows nothing of row-level
-- security, and they are granted to nobody.
select
    c.oid::regclass::text as object,
    'has row-level security off' as finding
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname = current_schema()
    and c.relkind in ('r', 'p')
    and not c.relrowsecurity
    and c.relname not in ('_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock')
order by 1;
