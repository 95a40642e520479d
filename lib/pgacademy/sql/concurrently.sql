-- Queries of pgacademy.concurrently, run as the school's owner with the school first in the path.

-- name: index
-- The index of a name: whether it is valid, and the table it is on.
select
    i.indisvalid and i.indisready and i.indislive as is_valid,
    t.relname::text as table_name
from pg_index as i
inner join pg_class as c on i.indexrelid = c.oid
inner join pg_class as t on i.indrelid = t.oid
where c.relname = %(name)s and c.relnamespace = current_schema()::regnamespace

-- name: is_same_index
-- Whether two indexes agree in all that a statement can say of them, but for their names, tables and tablespaces.
select count(*) = 2 and count(distinct d.description) = 1
from (
    select
        jsonb_build_array(
            i.indisunique, i.indnullsnotdistinct, i.indisexclusion, i.indimmediate, i.indnkeyatts,
            i.indclass::text, i.indcollation::text, i.indoption::text,
            c.relkind, c.relam::text, c.reloptions,
            pg_get_expr(i.indpred, i.indrelid, true),
            (
                select array_agg(pg_get_indexdef(i.indexrelid, n.number, true) order by n.number)
                from generate_series(1, i.indnatts) as n (number)
            )
        ) as description
    from pg_index as i
    inner join pg_class as c on i.indexrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relname in (%(name)s, %(other)s)
) as d

-- name: leftovers
-- Drops what a REINDEX CONCURRENTLY of this index or table left behind: the new index that was not finished, or the old.
select format('drop index concurrently if exists %%I', c.relname) as statement
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
