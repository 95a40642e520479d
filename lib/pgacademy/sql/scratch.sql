-- Queries of pgacademy.scratch. A scratch school is held by an advisory lock of the session that made it.

-- name: hold
select pg_advisory_lock(hashtext('pgacademy scratch school'), hashtext(%(school)s))

-- name: release
select pg_advisory_unlock(hashtext('pgacademy scratch school'), hashtext(%(school)s))

-- name: left_behind
-- Scratch schools, known by their owner, whose session is gone. Roles are the cluster's, so the lock is looked for in
-- every database.
select s.school
from pg_roles as r
cross join lateral (
    values (regexp_replace(r.rolname, '_owner$', ''))
) as s (school)
where
    r.rolname ~ '^verify_scratch_[0-9a-f]{8}_owner$'
    and not exists (
        select from pg_locks as l
        where
            l.locktype = 'advisory'
            and l.granted
            and l.objsubid = 2
            and l.classid = (hashtext('pgacademy scratch school')::bigint & 4294967295)::oid
            and l.objid = (hashtext(s.school)::bigint & 4294967295)::oid
    )
order by s.school
