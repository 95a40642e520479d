-- name: extensions_schema
select n.nspname::text
from pg_extension as e
inner join pg_namespace as n on e.extnamespace = n.oid
where e.extname = 'pg_trgm'

-- name: school_release
select coalesce(obj_description(n.oid, 'pg_namespace'), '')
from pg_namespace as n
where n.nspname = %(school)s

-- name: schema_owner
select pg_get_userbyid(n.nspowner)::text
from pg_namespace as n
where n.nspname = %(school)s

-- name: strangers_who_may_create
-- Who but its owner may CREATE in a schema of the path, and could so plant a function or operator that outranks ours.
select
    n.nspname::text,
    case a.grantee when 0 then 'PUBLIC' else pg_get_userbyid(a.grantee)::text end
from pg_namespace as n
cross join lateral aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as a
where
    n.nspname = any(%(schemas)s::text[])
    and a.privilege_type = 'CREATE'
    and a.grantee <> n.nspowner

-- name: may_use_schema
select has_schema_privilege(%(role)s, %(schema)s, 'usage')

-- name: session_settings
-- The advisory lock of a client that was killed is free within half a second, because the server looks for it.
select
    set_config('client_connection_check_interval', '500ms', false),
    set_config('lock_timeout', '2s', false),
    set_config('statement_timeout', '0', false),
    set_config('timezone', 'UTC', false),
    set_config('client_min_messages', 'warning', false)

-- name: try_lock
select pg_try_advisory_lock(%(space)s, %(key)s)

-- name: unlock
select pg_advisory_unlock(%(space)s, %(key)s)

-- name: lock_holder
select
    a.pid,
    coalesce(a.application_name, ''),
    a.backend_start
from pg_locks as l
inner join pg_stat_activity as a on l.pid = a.pid
where
    l.locktype = 'advisory'
    and l.granted
    and l.objsubid = 2
    and l.database = (select d.oid from pg_database as d where d.datname = current_database())
    and l.classid = (%(space)s::bigint & 4294967295)::oid
    and l.objid = (%(key)s::bigint & 4294967295)::oid

-- name: lock_holders
-- Other sessions that hold tables of the school, which is first in the path.
select distinct l.pid
from pg_locks as l
inner join pg_class as c on l.relation = c.oid
where
    l.granted
    and l.pid <> pg_backend_pid()
    and l.database = (select d.oid from pg_database as d where d.datname = current_database())
    and c.relnamespace = current_schema()::regnamespace
    and c.relkind in ('r', 'p')
order by l.pid
