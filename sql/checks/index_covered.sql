-- No index repeats another: one whose columns another begins with (same method, order, expression and predicate) costs
-- every write and serves no query. A unique index is needed for its rule, unless the other has the same rule.
with
indexes as (
    select
        i.indexrelid,
        i.indrelid,
        i.indisunique,
        i.indnkeyatts,
        c.relname,
        c.relam,
        coalesce(pg_get_expr(i.indpred, i.indrelid), '') as predicate,
        array(
            select pg_get_indexdef(i.indexrelid, s.k, true)
                || ' ' || i.indclass[s.k - 1] || ' ' || i.indcollation[s.k - 1] || ' ' || i.indoption[s.k - 1]
            from generate_series(1, i.indnkeyatts) as s (k)
            order by s.k
        ) as keys,
        pg_get_indexdef(i.indexrelid) ~ 'NULLS NOT DISTINCT' as is_strict
    from pg_index as i
    inner join pg_class as c on c.oid = i.indexrelid
    inner join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = current_schema()
)

select
    a.relname::text as object,
    'is covered by ' || b.relname as finding
from indexes as a
inner join indexes as b
    on
        b.indrelid = a.indrelid
        and b.indexrelid <> a.indexrelid
        and b.relam = a.relam
        and b.predicate = a.predicate
        and b.keys[1:a.indnkeyatts] = a.keys
where
    (not a.indisunique and (b.indisunique or b.indnkeyatts > a.indnkeyatts or b.indexrelid < a.indexrelid))
    or (
        a.indisunique
        and b.indisunique
        and b.keys = a.keys
        and b.is_strict = a.is_strict
        and b.indexrelid < a.indexrelid
    )
order by 1, 2;
