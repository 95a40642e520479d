-- One name, one function: where a name has two, a planted third can be the better match of a call.
select
    p.proname::text as object,
    'has ' || count(*) || ' signatures' as finding
from pg_proc as p
inner join pg_namespace as n on n.oid = p.pronamespace
where
    n.nspname = current_schema()
    and not exists (select from pg_depend as d where d.objid = p.oid and d.deptype = 'e')
group by p.proname
having count(*) > 1
order by 1;
