-- Functions are granted to the platform's groups and to nobody else: a grant to a login or to one school's role would be
-- gone after a rename, and unseen in review.
select
    p.oid::regprocedure::text as object,
    'is granted to ' || pg_get_userbyid(a.grantee) as finding
from pg_proc as p
inner join pg_namespace as n on n.oid = p.pronamespace
cross join lateral aclexplode(p.proacl) as a
where
    n.nspname = current_schema()
    and a.grantee not in (0, p.proowner)
    and pg_get_userbyid(a.grantee) !~ '^pgacademy_(anonymous|student|instructor|admin|service|analyst)$'
order by 1, 2;
