-- A policy names its command and its role: "for all" or "to public" gives more than was thought of.
select
    c.oid::regclass::text as object,
    'policy ' || p.polname || case when p.polcmd = '*' then ' is for all commands' else ' is for everyone' end as finding
from pg_policy as p
inner join pg_class as c on c.oid = p.polrelid
inner join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = current_schema() and (p.polcmd = '*' or 0 = any(p.polroles))
order by 1, 2;
