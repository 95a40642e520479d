-- Row triggers only, no transition tables: a distributed engine knows no others, and a statement trigger over many rows has
-- met a plan that never ended. TRUNCATE has no other kind than those for a statement.
select
    c.oid::regclass::text as object,
    'trigger ' || t.tgname || ' is not a plain row trigger' as finding
from pg_trigger as t
inner join pg_class as c on c.oid = t.tgrelid
inner join pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname = current_schema()
    and not t.tgisinternal
    and (t.tgtype & 33 = 0 or t.tgoldtable is not null or t.tgnewtable is not null)
order by 1, 2;
