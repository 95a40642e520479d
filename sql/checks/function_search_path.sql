-- Every function names what it uses in its own school, and temporary objects last: through a pinned search_path, or by being
-- bound when it is created (begin atomic). Else a caller's path decides which table or function it meets.
select
    p.oid::regprocedure::text as object,
    'is neither begin atomic nor pinned to this school with pg_temp last' as finding
from pg_proc as p
inner join pg_namespace as n on n.oid = p.pronamespace
where
    n.nspname = current_schema()
    and p.prosqlbody is null
    and not exists (
        select
        from unnest(p.proconfig) as c (setting)
        where
            c.setting ~ '^search_path=.*\mpg_temp"?$'
            and c.setting ~ ('^search_path="?' || n.nspname || '"?,')
    )
    and not exists (select from pg_depend as d where d.objid = p.oid and d.deptype = 'e')
order by 1;
