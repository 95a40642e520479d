-- Queries of pgacademy.plans. They only read, and take no lock on a table that a migration could be holding, but for
-- measured sizes, which the caller gives up on when it has to wait.

-- name: school
-- Whether the login may use the school's schema, and whether its journal can be read by such logins.
select
    has_schema_privilege(n.oid, 'usage') as may_use,
    exists (
        select from pg_class as c
        where c.relnamespace = n.oid and c.relname = 'schema_files' and c.relkind = 'v'
    ) as has_journal,
    exists (
        select from pg_class as c
        where
            c.relnamespace = n.oid and c.relname = 'schema_files' and c.relkind = 'v'
            and has_table_privilege(c.oid, 'select')
    ) as may_read
from pg_namespace as n
where n.nspname = %(school)s

-- name: columns
select
    c.relname::text,
    a.attname::text,
    format_type(a.atttypid, a.atttypmod)
from pg_class as c
inner join pg_attribute as a on c.oid = a.attrelid
where
    c.relnamespace = current_schema()::regnamespace
    and c.relkind in ('r', 'p')
    and a.attnum > 0
    and not a.attisdropped

-- name: checks
-- Columns that a CHECK reads, and whether a valid one proves the column not null.
select
    c.relname::text,
    a.attname::text,
    bool_or(
        k.convalidated
        and pg_get_constraintdef(k.oid) in (
            format('CHECK ((%I IS NOT NULL))', a.attname), format('CHECK (%I IS NOT NULL)', a.attname)
        )
    )
from pg_constraint as k
inner join pg_class as c on k.conrelid = c.oid
inner join pg_attribute as a on c.oid = a.attrelid and a.attnum = any(k.conkey)
where k.contype = 'c' and c.relnamespace = current_schema()::regnamespace
group by c.relname, a.attname

-- name: not_volatile
-- Names of functions of which no overload is volatile.
select p.proname::text
from pg_proc as p
where p.pronamespace in (current_schema()::regnamespace, 'pg_catalog'::regnamespace)
group by p.proname
having bool_and(p.provolatile <> 'v')

-- name: indexes
select
    i.relname::text,
    t.relname::text
from pg_index as x
inner join pg_class as i on x.indexrelid = i.oid
inner join pg_class as t on x.indrelid = t.oid
where t.relnamespace = current_schema()::regnamespace

-- name: foreign_keys
select
    k.conname::text,
    t.relname::text,
    r.relname::text
from pg_constraint as k
inner join pg_class as t on k.conrelid = t.oid
inner join pg_class as r on k.confrelid = r.oid
where k.contype = 'f' and t.relnamespace = current_schema()::regnamespace

-- name: sizes
-- Bytes with indexes and TOAST, and the planner's idea of the rows; a partitioned table's are its partitions'. Unless
-- they are to be measured, which takes locks, bytes are what the last VACUUM or ANALYZE wrote down of the table alone.
with recursive parts (root, oid) as (
    select
        c.oid,
        c.oid
    from pg_class as c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'm')
    union all
    select
        p.root,
        i.inhrelid
    from parts as p
    inner join pg_inherits as i on p.oid = i.inhparent
)

select
    r.relname::text,
    sum(
        case
            when %(are_measured)s then pg_total_relation_size(p.oid)
            else c.relpages::bigint * current_setting('block_size')::bigint
        end
    )::bigint,
    sum(case when c.reltuples >= 0 then c.reltuples else pg_stat_get_live_tuples(c.oid) end)::bigint
from parts as p
inner join pg_class as c on p.oid = c.oid
inner join pg_class as r on p.root = r.oid
where c.relkind <> 'p'
group by r.relname

-- name: script_lock
-- At the head of a script: nobody else may be at work on the school, which must be as it was when the script was made.
do $$
begin
    if not pg_try_advisory_lock(%(space)s, %(key)s) then
        raise exception 'Somebody else is at work on this school.';
    end if;
    if (
        select coalesce(string_agg(j.migration_id, ',' order by j.migration_id), '')
        from _yoyo_migration as j
    ) is distinct from %(applied)s then
        raise exception 'The school is not what it was when this script was made.' using hint = 'Make a new one.';
    end if;
end;
$$
