-- name: missing
-- One phrase for everything about the school's roles that is missing or unsafe, as the connected login sees it.
with wanted (role, in_group) as (
    select %(school)s || '_owner', null::text
    union all
    select s.name || '_' || r.role, case when s.name <> 'pgacademy' then 'pgacademy_' || r.role end
    from
        unnest(array['pgacademy', %(school)s]) as s (name),
        unnest(%(roles)s::text[]) as r (role)
),

found as (
    select
        w.role,
        w.in_group,
        a.oid,
        g.oid as group_oid,
        a.rolsuper or a.rolcreaterole or a.rolcreatedb or a.rolbypassrls as is_powerful,
        a.rolcanlogin
    from wanted as w
    left join pg_roles as a on w.role = a.rolname
    left join pg_roles as g on w.in_group = g.rolname
)

select 'role ' || f.role || ' does not exist'
from found as f
where f.oid is null
union all
select f.role || ' is not a member of ' || f.in_group || ' with inherit'
from found as f
where f.oid is not null and f.group_oid is not null and not pg_has_role(f.oid, f.group_oid, 'usage')
union all
select f.role || ' may log in, or has an attribute such as CREATEROLE, which it must not have'
from found as f
where f.is_powerful or f.rolcanlogin
union all
select session_user || ' may not set role ' || f.role
from found as f
where
    f.role = %(school)s || '_owner'
    and f.oid is not null
    and not (
        case
            when current_setting('server_version_num')::integer >= 160000
                then pg_has_role(session_user, f.oid, 'set')
            else pg_has_role(session_user, f.oid, 'member')
        end
    )

-- name: may_set_role
-- Membership is not enough from 16 on, where a grant may come without SET.
select
    case
        when current_setting('server_version_num')::integer >= 160000 then pg_has_role(session_user, r.oid, 'set')
        else pg_has_role(session_user, r.oid, 'member')
    end
from pg_roles as r
where r.rolname = %(role)s
