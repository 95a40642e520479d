-- FORCE row level security would hide every row from definer procedures and from pg_dump.
select
    c.oid::regclass::text as object,
    'forces row-level security on its owner' as finding
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = current_schema() and c.relforcerowsecurity
order by 1;
