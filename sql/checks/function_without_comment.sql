-- Every function says in one sentence what it does: the generated reference and the client quote it.
select
    p.oid::regprocedure::text as object,
    'has no comment' as finding
from pg_proc as p
inner join pg_namespace as n on n.oid = p.pronamespace
where
    n.nspname = current_schema()
    and obj_description(p.oid, 'pg_proc') is null
    and not exists (select from pg_depend as d where d.objid = p.oid and d.deptype = 'e')
order by 1;
