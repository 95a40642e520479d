-- name: lacking
-- Those of the roles that the login itself cannot `set role` to. From 16 on, who created a role is a member without SET.
select r.rolname
from pg_roles as r
where
    r.rolname = any(%(roles)s)
    and not (select me.rolsuper from pg_roles as me where me.rolname = session_user)
    and not exists (
        select from pg_auth_members as m
        where
            m.roleid = r.oid
            and m.member = (select me.oid from pg_roles as me where me.rolname = session_user)
            and coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)
    );

-- name: identity
select set_config('pgacademy.user_id', %(user_id)s, true);
