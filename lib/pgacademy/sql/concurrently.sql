-- Queries of pgacademy.concurrently, run as the school's owner with the school first in the path.

-- name: index
-- The index of a name: whether it is valid, and whether it is on the table.
select
    i.indisvalid and i.indisready and i.indislive as is_valid,
    t.relname = %(table)s as is_on_table
from pg_index as i
inner join pg_class as c on i.indexrelid = c.oid
inner join pg_class as t on i.indrelid = t.oid
where c.relname = %(name)s and c.relnamespace = current_schema()::regnamespace

-- name: leftovers
-- What a REINDEX CONCURRENTLY of this index or table left behind: the new index that was not finished, or the old one.
select c.relname::text
from pg_index as i
inner join pg_class as c on i.indexrelid = c.oid
inner join pg_class as t on i.indrelid = t.oid
where
    c.relnamespace = current_schema()::regnamespace
    and not i.indisvalid
    and c.relname ~ '_cc(new|old)[0-9]*$'
    and (
        t.relname = %(name)s
        or exists (
            select from pg_index as o
            inner join pg_class as oc on o.indexrelid = oc.oid
            where o.indrelid = t.oid and oc.relname = %(name)s
        )
    )

-- name: partition
-- Whether the partition is still one, and if so whether it is half detached.
select h.inhdetachpending
from pg_inherits as h
inner join pg_class as c on h.inhrelid = c.oid
inner join pg_class as p on h.inhparent = p.oid
where c.relname = %(name)s and p.relname = %(table)s and c.relnamespace = current_schema()::regnamespace
