-- A unique key over several columns of which one may be null forbids nothing where it is: two nulls are distinct. It says
-- `nulls not distinct`, or its predicate leaves the nulls out and so shows that they are meant to be free.
select
    c.relname::text as object,
    'lets rows with a null in ' || a.attname || ' through, however often' as finding
from pg_index as i
inner join pg_class as c on c.oid = i.indexrelid
inner join pg_namespace as n on n.oid = c.relnamespace
cross join generate_series(1, i.indnkeyatts) as s (k)
inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[s.k - 1]
where
    n.nspname = current_schema()
    and i.indisunique
    and i.indnkeyatts > 1
    and not i.indnullsnotdistinct
    and not a.attnotnull
    and coalesce(pg_get_expr(i.indpred, i.indrelid), '') !~ (E'\\m' || a.attname || ' IS NOT NULL')
    -- Questions that were retired have no place, and there may be many of them.
    and c.relname <> 'quiz_questions_quiz_id_position_key'
order by 1, 2;
