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

-- name: school
-- What `migrate` finds of a school: its schema's owner and comment, and whether its journal is there.
select
    pg_get_userbyid(n.nspowner)::text,
    coalesce(obj_description(n.oid, 'pg_namespace'), '')
from pg_namespace as n
where n.nspname = %(school)s

-- name: strangers_who_may_create
-- Who may CREATE in a schema of the path, and could so plant a function or operator that outranks ours. In the schema
-- of the extensions that is also its owner, unless it is the database's, this login, or may act as this school anyway.
select
    n.nspname::text,
    case a.grantee when 0 then 'PUBLIC' else pg_get_userbyid(a.grantee)::text end,
    a.grantee = n.nspowner
from pg_namespace as n
cross join lateral aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as a
where
    (n.nspname = %(school)s or n.oid = (select e.extnamespace from pg_extension as e where e.extname = 'pg_trgm'))
    and a.privilege_type = 'CREATE'
    and (
        a.grantee <> n.nspowner
        or (
            n.nspname <> %(school)s
            and pg_get_userbyid(n.nspowner) not in (session_user, 'pg_database_owner')
            and n.nspowner <> (select d.datdba from pg_database as d where d.datname = current_database())
            and not pg_has_role(n.nspowner, coalesce(to_regrole(%(owner)s), n.nspowner::regrole)::oid, 'member')
        )
    )

-- name: roles_without_usage
-- Which of the roles may not use the schema of the extensions (is_school false) or that of the school (true). Names are
-- looked up one by one: on a new connection a join with pg_roles costs more than all of this.
select
    m.name,
    s.is_school
from unnest(%(members)s::text[]) as m (name)
cross join (
    select
        to_regnamespace(%(school)s)::oid as schema_id,
        true as is_school
    union all
    select
        e.extnamespace,
        false
    from pg_extension as e
    where e.extname = 'pg_trgm'
) as s
where
    to_regrole(m.name) is not null
    and s.schema_id is not null
    and not has_schema_privilege(to_regrole(m.name)::oid, s.schema_id, 'usage')

-- name: functions_are_private
-- Whether what the owner makes is executable for nobody else until it is granted.
select exists (
    select from pg_default_acl as d
    where
        d.defaclrole = to_regrole(%(owner)s) and d.defaclnamespace = 0 and d.defaclobjtype = 'f'
        and not d.defaclacl::text ~ '[{,]=X'
)

-- name: session_settings
-- client_connection_check_interval: the advisory lock of a client that was killed is free within half a second, because
-- the server looks for it. What changes the meaning of SQL, or of a key written down as text, is the same whatever login,
-- database and environment say. As SET: on a new connection a query that calls set_config() takes twice as long.
set client_connection_check_interval = '500ms';
set lock_timeout = '2s';
set statement_timeout = '0';
set timezone = 'UTC';
set standard_conforming_strings = 'on';
set transform_null_equals = 'off';
set datestyle = 'ISO, MDY';
set intervalstyle = 'postgres';
set extra_float_digits = '1';
set client_min_messages = 'warning'

-- name: migration_settings
-- After session_settings. tcp_…: the locks of a client whose machine is gone are free within half a minute. idle_…:
-- those of one that was stopped and lives, soon after; a migrator is idle only between two attempts, and in no
-- transaction then. row_security: a statement that a policy would filter is an error, not a migration of some rows.
set application_name = %(application_name)s;
set tcp_keepalives_idle = '10';
set tcp_keepalives_interval = '5';
set tcp_keepalives_count = '4';
set tcp_user_timeout = '30s';
set idle_in_transaction_session_timeout = '30s';
set idle_session_timeout = '10min';
set lock_timeout = %(lock_timeout)s;
set statement_timeout = %(statement_timeout)s;
set row_security = 'off'

-- name: no_transaction_timeout
-- Since PostgreSQL 17. A file takes as long as it takes.
set transaction_timeout = '0'

-- name: backend_pid
select pg_backend_pid()

-- name: limit_locks
select set_config('lock_timeout', %(lock_ms)s || 'ms', true)

-- name: table_locks
-- The statements that take the locks of a statement one by one, partitions and children included. A foreign key that
-- goes locks the table at its other end too.
with recursive wanted as (
    select
        c.oid,
        w.lock,
        w.number
    from unnest(%(tables)s::text[], %(locks)s::text[], %(constraints)s::text[])
    with ordinality as w (name, lock, goes, number)
    inner join pg_class as c on w.name = c.relname and c.relnamespace = current_schema()::regnamespace
    union all
    select
        o.oid,
        'ACCESS EXCLUSIVE',
        w.number
    from unnest(%(tables)s::text[], %(constraints)s::text[]) with ordinality as w (name, goes, number)
    inner join pg_class as c on w.name = c.relname and c.relnamespace = current_schema()::regnamespace
    inner join pg_constraint as f on c.oid in (f.conrelid, f.confrelid) and f.contype = 'f'
    cross join lateral (select case c.oid when f.conrelid then f.confrelid else f.conrelid end as oid) as o
    where w.goes = '*' or (w.goes = f.conname and c.oid = f.conrelid)
),

every as (
    select w.oid, w.lock, w.number from wanted as w
    union
    select
        i.inhrelid,
        e.lock,
        e.number
    from every as e
    inner join pg_inherits as i on e.oid = i.inhparent
)

select format('lock table only %%s in %%s mode', c.oid::regclass, e.lock) as statement
from every as e
inner join pg_class as c on e.oid = c.oid
where c.relkind in ('r', 'p') and c.relpersistence <> 't'
group by c.oid, e.lock
order by min(e.number), c.oid

-- name: limit_session_statements
select set_config('statement_timeout', %(statement_ms)s || 'ms', false)

-- name: limit_session_locks
select set_config('lock_timeout', %(lock_ms)s || 'ms', false)

-- name: try_lock
select pg_try_advisory_lock(%(space)s, %(key)s)

-- name: try_lock_in_transaction
select pg_try_advisory_xact_lock(%(space)s, %(key)s)

-- name: unlock
select pg_advisory_unlock(%(space)s, %(key)s)

-- name: lock_holder
select
    a.pid,
    coalesce(a.usename, '')::text,
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

-- name: as_login
-- What other sessions do is shown to the login's own rights, not to the owner's.
set local role none

-- name: wait_for_the_disk
-- A transaction that writes something, so that its commit waits for all that was written before it.
set synchronous_commit = default;
select pg_logical_emit_message(true, 'pgacademy', '')

-- name: lock_holders
-- Other sessions that hold relations of the school, the longest at it first, and prepared transactions, which have no
-- process. What the login may not see is null.
select
    coalesce(a.pid, 0) as pid,
    coalesce(a.usename, p.owner, '')::text as login,
    coalesce(a.application_name, '') as application,
    a.state,
    extract(epoch from clock_timestamp() - coalesce(a.xact_start, p.prepared))::float as open_s,
    a.query_start,
    left(case a.query when '<insufficient privilege>' then null else a.query end, 200) as query,
    array_agg(distinct coalesce(t.relname, c.relname)::text) as tables,
    p.gid as prepared
from pg_locks as l
inner join pg_class as c on l.relation = c.oid
inner join pg_namespace as n on c.relnamespace = n.oid
left join pg_index as i on c.oid = i.indexrelid
left join pg_class as t on i.indrelid = t.oid
left join pg_stat_activity as a on l.pid = a.pid
left join pg_locks as x
    on l.pid is null and x.pid is null and x.locktype = 'transactionid' and l.virtualtransaction = x.virtualtransaction
left join pg_prepared_xacts as p on x.transactionid = p.transaction
where
    l.granted
    and l.pid is distinct from pg_backend_pid()
    and (a.pid is not null or p.gid is not null)
    and l.database = (select d.oid from pg_database as d where d.datname = current_database())
    and n.nspname = %(school)s
group by
    a.pid, a.usename, a.application_name, a.state, a.xact_start, a.query_start, a.query, p.gid, p.owner, p.prepared
order by coalesce(a.xact_start, p.prepared) asc nulls last, a.pid

-- name: snapshot_holders
-- The sessions that CREATE INDEX CONCURRENTLY and its like wait for: old snapshots anywhere in the database. Since when a
-- session of another role has its transaction open may be hidden; that it is in one is not.
select
    a.pid,
    coalesce(a.usename, '')::text as login,
    coalesce(a.application_name, '') as application,
    a.state,
    extract(epoch from clock_timestamp() - a.xact_start)::float as open_s,
    a.query_start,
    left(case a.query when '<insufficient privilege>' then null else a.query end, 200) as query,
    array[]::text[] as tables
from pg_stat_activity as a
where
    a.datname = current_database()
    and a.pid <> pg_backend_pid()
    and (
        a.xact_start < now() - interval '1 second'
        or a.query = '<insufficient privilege>'
        and a.usename is not null
        and exists (select from pg_locks as l where l.pid = a.pid and l.locktype = 'virtualxid' and l.granted)
    )
order by a.xact_start asc nulls last, a.pid

-- name: has_partitioned_tables
-- And the procedure that makes their months.
select
    to_regprocedure('ensure_partitions(timestamptz,integer)') is not null
    and exists (select from pg_class as c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'p')

-- name: ensure_partitions
select partition_name from ensure_partitions()
