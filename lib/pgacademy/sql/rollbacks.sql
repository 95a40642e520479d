-- Queries of pgacademy.rollbacks, run as the school's owner with the school first in the path.

-- name: estimate
-- About how many rows a table has, its partitions included; none when it is not there.
select
    greatest(
        c.reltuples,
        (
            select sum(greatest(p.reltuples, 0))
            from pg_partition_tree(c.oid) as t
            inner join pg_class as p on t.relid = p.oid
            where t.isleaf
        ),
        0
    )::bigint
from pg_class as c
where c.relname = %(table)s and c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')

-- name: count
select count(*) from (select from {table} limit %(limit)s) as counted
