-- Nobody may call a function without having been named: PostgreSQL grants EXECUTE to everyone unless it is revoked. For
-- security definer functions that would be a way around every policy.
select
    p.oid::regprocedure::text as object,
    case when p.prosecdef then 'is security definer and may be called by everyone' else 'may be called by everyone' end as finding
from pg_proc as p
inner join pg_namespace as n on n.oid = p.pronamespace
where
    n.nspname = current_schema()
    and (p.proacl is null or exists (select from aclexplode(p.proacl) as a where a.grantee = 0))
    and not exists (select from pg_depend as d where d.objid = p.oid and d.deptype = 'e')
order by 1;
