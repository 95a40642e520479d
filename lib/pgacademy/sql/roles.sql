-- name: missing
-- Everything about the school's roles that is missing or unsafe, as the connected login sees it: a phrase; the statement
-- that mends it (null: making the roles again does); and for those who compare, role, kind, name and whether it is there
-- without being wanted. These are null for what is about the login.
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
        a.rolsuper,
        a.rolcreaterole,
        a.rolcreatedb,
        a.rolbypassrls,
        a.rolcanlogin,
        a.rolreplication,
        current_setting('server_version_num')::integer >= 160000 as grants_have_options
    from wanted as w
    left join pg_roles as a on w.role = a.rolname
    left join pg_roles as g on w.in_group = g.rolname
)

select
    'role ' || f.role || ' does not exist' as phrase,
    null::text as statement,
    f.role,
    'role' as kind,
    '' as name,
    false as is_extra
from found as f
where f.oid is null
union all
select
    f.role || ' is not a member of ' || f.in_group || ' with inherit',
    -- A membership that is there is left as it is when roles are made.
    case
        when not exists (select from pg_auth_members as m where m.roleid = f.group_oid and m.member = f.oid) then null
        when f.grants_have_options then format('grant %%I to %%I with inherit true', f.in_group, f.role)
        else format('alter role %%I inherit', f.role)
    end,
    f.role,
    'member',
    'of ' || f.in_group,
    false
from found as f
where f.oid is not null and f.group_oid is not null and not pg_has_role(f.oid, f.group_oid, 'usage')
union all
select
    f.role || ' has the attribute ' || upper(v.attribute) || ', which it must not have',
    format('alter role %%I no%%s', f.role, v.attribute),
    f.role,
    'attribute',
    v.attribute,
    true
from found as f
cross join lateral (
    values
    ('superuser', f.rolsuper), ('createrole', f.rolcreaterole), ('createdb', f.rolcreatedb),
    ('bypassrls', f.rolbypassrls), ('login', f.rolcanlogin), ('replication', f.rolreplication)
) as v (attribute, is_set)
where v.is_set
union all
-- The roles of a school are in their groups and nothing else is in between.
select
    format('%%s is a member of %%s%%s, which it must not be', f.role, g.rolname, g.how),
    string_agg(
        format('revoke %%s%%I from %%I', case g.how when '' then '' else 'admin option for ' end, g.rolname, f.role)
        || case when f.grants_have_options then format(' granted by %%I', pg_get_userbyid(m.grantor)) else '' end,
        '; ' order by m.grantor
    ),
    f.role,
    'member',
    'of ' || g.rolname || g.how,
    true
from found as f
inner join pg_auth_members as m on f.oid = m.member
cross join lateral (
    select
        pg_get_userbyid(m.roleid)::text as rolname,
        case when m.roleid = f.group_oid then ' with admin option' else '' end as how
) as g
where m.roleid is distinct from f.group_oid or m.admin_option
group by f.role, g.rolname, g.how, f.grants_have_options
union all
select
    session_user || ' may not set role ' || f.role,
    null,
    null,
    null,
    null,
    null
from found as f
where
    f.role = %(school)s || '_owner'
    and f.oid is not null
    and not (
        case
            when f.grants_have_options then pg_has_role(session_user, f.oid, 'set')
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
