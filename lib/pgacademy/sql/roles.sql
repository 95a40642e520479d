-- name: roles
-- Those of these roles that there are: their attributes; whether one of the school inherits from its group (null where
-- that is not there, and of no meaning for the others); whether the login, which comes next, may set it; and what it is
-- a member of, each with its name, that name and the grantor's in quotes where they need them, and the admin option.
-- All in one pass over one view: on a new connection each further one costs more than the answer.
select
    a.rolname::text,
    a.rolsuper,
    a.rolcreaterole,
    a.rolcreatedb,
    a.rolbypassrls,
    a.rolcanlogin,
    a.rolreplication,
    pg_has_role(a.oid, to_regrole(replace(a.rolname, %(school)s || '_', 'pgacademy_'))::oid, 'usage'),
    pg_has_role(session_user, a.oid, %(set_right)s),
    session_user::text,
    array(
        select array[
                pg_get_userbyid(m.roleid)::text, quote_ident(pg_get_userbyid(m.roleid)),
                quote_ident(pg_get_userbyid(m.grantor)), m.admin_option::text
            ]
        from pg_auth_members as m
        where m.member = a.oid
        order by m.roleid, m.grantor
    )
from pg_roles as a
where a.rolname = any(%(wanted)s::text[])

-- name: may_set_role
-- Membership is not enough from 16 on, where a grant may come without SET.
select
    case
        when current_setting('server_version_num')::integer >= 160000 then pg_has_role(session_user, r.oid, 'set')
        else pg_has_role(session_user, r.oid, 'member')
    end
from pg_roles as r
where r.rolname = %(role)s
