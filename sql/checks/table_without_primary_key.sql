-- Every table and partition has a primary key: replication, distribution and repair need to name a row.
select
    c.oid::regclass::text as object,
    'has no primary key' as finding
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
where
    n.nspname = current_schema()
    and c.relkind in ('r', 'p')
    and not exists (select from pg_index as i where i.indrelid = c.oid and i.indisprimary)
order by 1;
