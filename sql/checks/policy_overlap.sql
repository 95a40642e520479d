-- A role meets at most one policy per table and command: two permissive ones are OR-ed, and then no index is used.
select
    c.oid::regclass::text as object,
    'has ' || count(*) || ' policies for ' || coalesce(nullif(pg_get_userbyid(r.oid), ''), 'public')
    || ', command ' || p.polcmd::text || ': ' || string_agg(p.polname, ', ' order by p.polname) as finding
from pg_policy as p
inner join pg_class as c on c.oid = p.polrelid
inner join pg_namespace as n on n.oid = c.relnamespace
cross join lateral unnest(p.polroles) as r (oid)
where n.nspname = current_schema()
group by c.oid, r.oid, p.polcmd
having count(*) > 1
order by 1, 2;
