-- What no platform role ever holds on a table: truncate, references, trigger, maintain (each a way around row-level security
-- or a procedure), insert and delete (facts are written by procedures); anything at all for everyone or for the
-- service, which has only procedures; and anything for somebody who is not a platform role.
select
    c.oid::regclass::text as object,
    lower(a.privilege_type) || ' is granted to '
    || coalesce(nullif(case when a.grantee = 0 then 'everyone' else pg_get_userbyid(a.grantee) end, ''), '?') as finding
from pg_class as c
inner join pg_namespace as n on n.oid = c.relnamespace
cross join lateral (
    select x.privilege_type, x.grantee
    from aclexplode(c.relacl) as x
    union
    select x.privilege_type, x.grantee
    from pg_attribute as t
    cross join lateral aclexplode(t.attacl) as x
    where t.attrelid = c.oid
) as a
where
    n.nspname = current_schema()
    and c.relkind in ('r', 'p', 'v', 'm', 'S')
    and a.grantee <> c.relowner
    and (
        a.privilege_type not in ('SELECT', 'UPDATE')
        or pg_get_userbyid(a.grantee) !~ '^pgacademy_(anonymous|student|instructor|admin|analyst)$'
        or (c.relkind in ('r', 'p') and pg_get_userbyid(a.grantee) = 'pgacademy_analyst')
        or (c.relkind = 'm')
        or (
            a.privilege_type = 'UPDATE'
            and exists (
                select from aclexplode(c.relacl) as x where x.grantee = a.grantee and x.privilege_type = 'UPDATE'
            )
        )
    )
order by 1, 2;
