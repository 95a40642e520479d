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

-- name: script_settings
-- What `migrate` sets, and what the text of the script is read by.
set client_encoding = 'UTF8';
set standard_conforming_strings = on;
set lock_timeout = '2s';
set statement_timeout = 0;
set timezone = 'UTC';
set datestyle = 'ISO, MDY';
set intervalstyle = 'postgres';
set extra_float_digits = 1;
set row_security = off;
set transform_null_equals = off;
set client_min_messages = warning;

-- name: script_lock
-- At the head of a script: nobody else may be at work on the school.
do $$
begin
    if not pg_try_advisory_lock(%(space)s, %(key)s) then
        raise exception 'Somebody else is at work on this school.';
    end if;
end;
$$

-- name: script_state
-- The school must be as it was when the script was made: what was applied, what was begun, and the repeatable files.
do $$
begin
    if (
        select coalesce(string_agg(j.migration_id, ',' order by j.migration_id collate "C"), '')
        from _yoyo_migration as j
    ) is distinct from %(applied)s or (
        select coalesce(string_agg(s.migration_id, ',' order by s.migration_id collate "C"), '')
        from schema_steps as s
        where not exists (select from _yoyo_migration as j where j.migration_id = s.migration_id)
    ) is distinct from %(started)s or (
        select coalesce(string_agg(f.line, ',' order by f.line collate "C"), '')
        from (select concat_ws(' ', o.kind, o.name, o.sha256) as line from schema_objects as o) as f
    ) is distinct from %(files)s then
        raise exception 'The school is not what it was when this script was made.' using hint = 'Make a new one.';
    end if;
end;
$$

-- name: script_mend_create
select format('drop index concurrently if exists %%I', c.relname) as statement
from pg_index as i
inner join pg_class as c on i.indexrelid = c.oid
where
    c.relname = %(name)s and c.relnamespace = current_schema()::regnamespace
    and not (i.indisvalid and i.indisready and i.indislive)

-- name: script_done_create
select exists (
    select from pg_index as i
    inner join pg_class as c on i.indexrelid = c.oid
    inner join pg_class as t on i.indrelid = t.oid
    where c.relname = %(name)s and t.relname = %(table)s and c.relnamespace = current_schema()::regnamespace
) as is_done

-- name: script_done_drop
select not exists (
    select from pg_index as i
    inner join pg_class as c on i.indexrelid = c.oid
    where c.relname = any(%(names)s::text[]) and c.relnamespace = current_schema()::regnamespace
) as is_done

-- name: script_mend_reindex
select format('drop index concurrently if exists %%I', c.relname) as statement
from pg_index as i
inner join pg_class as c on i.indexrelid = c.oid
inner join pg_class as t on i.indrelid = t.oid
where
    c.relnamespace = current_schema()::regnamespace
    and not i.indisvalid
    and c.relname ~ '_cc(new|old)[0-9]*$'
    and (
        t.relname = %(name)s
        or exists (
            select from pg_index as o
            inner join pg_class as oc on o.indexrelid = oc.oid
            where o.indrelid = t.oid and oc.relname = %(name)s
        )
    )

-- name: script_mend_detach
select format('alter table %%I detach partition %%I finalize', p.relname, c.relname) as statement
from pg_inherits as h
inner join pg_class as c on h.inhrelid = c.oid
inner join pg_class as p on h.inhparent = p.oid
where
    c.relname = %(name)s and p.relname = %(table)s and c.relnamespace = current_schema()::regnamespace
    and h.inhdetachpending

-- name: script_done_detach
select not exists (
    select from pg_inherits as h
    inner join pg_class as c on h.inhrelid = c.oid
    inner join pg_class as p on h.inhparent = p.oid
    where c.relname = %(name)s and p.relname = %(table)s and c.relnamespace = current_schema()::regnamespace
) as is_done

-- name: script_backfill
-- Where the backfill stands. What is half done by another statement stays as it is.
do $$
begin
    if exists (
        select from schema_backfills as b
        where b.migration_id = %(id)s and b.sha256 <> %(sha256)s and b.rows_done > 0
    ) then
        raise exception 'The statement of this backfill was edited after rows were done.';
    end if;
    insert into schema_backfills (migration_id, sha256, table_name, rows_estimated, batch_size)
    values (%(id)s, %(sha256)s, %(table)s, 0, %(size)s)
    on conflict (migration_id) do update set sha256 = excluded.sha256;
end;
$$

-- name: script_range
-- From the last key done, or else the first of all, to the last of all; to_key is null where nothing is left to do.
select
    b.last_key is null as is_first,
    coalesce(b.last_key, (select t.{key}::text from {table} as t order by t.{key} limit 1)) as from_key,
    (
        select t.{key}::text
        from {table} as t
        where b.last_key is null or t.{key} > {last_key}
        order by t.{key} desc
        limit 1
    ) as to_key,
    (
        select count(*)
        from {table} as t
        where b.last_key is null or t.{key} > {last_key}
    ) as rows
from schema_backfills as b
where b.migration_id = %(id)s
