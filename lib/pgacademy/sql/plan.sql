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

-- name: dependents
-- What a DROP of an object takes with it, with CASCADE or without: relations that go, or that lose a part. As
-- findDependentObjects() in dependency.c follows pg_depend, and with the locks that deleting each kind of object takes.
with recursive start (class, object, part) as (
    select
        'pg_class'::regclass::oid,
        c.oid,
        0
    from pg_class as c
    where
        c.relname = %(name)s and c.relnamespace = current_schema()::regnamespace
        and case %(kind)s
            when 'table' then c.relkind in ('r', 'p', 'f')
            when 'view' then c.relkind in ('v', 'm')
            when 'sequence' then c.relkind = 'S'
            when 'index' then c.relkind in ('i', 'I')
            else false
        end
    union all
    select
        'pg_class'::regclass::oid,
        a.attrelid,
        a.attnum::int
    from pg_attribute as a
    inner join pg_class as c on a.attrelid = c.oid
    where
        %(kind)s = 'column' and a.attname = %(name)s and not a.attisdropped
        and c.relname = %(table)s and c.relnamespace = current_schema()::regnamespace
    union all
    select
        'pg_constraint'::regclass::oid,
        k.oid,
        0
    from pg_constraint as k
    inner join pg_class as c on k.conrelid = c.oid
    where
        %(kind)s = 'constraint' and k.conname = %(name)s
        and c.relname = %(table)s and c.relnamespace = current_schema()::regnamespace
    union all
    select
        'pg_trigger'::regclass::oid,
        g.oid,
        0
    from pg_trigger as g
    inner join pg_class as c on g.tgrelid = c.oid
    where
        %(kind)s = 'trigger' and g.tgname = %(name)s
        and c.relname = %(table)s and c.relnamespace = current_schema()::regnamespace
    union all
    select
        'pg_proc'::regclass::oid,
        p.oid,
        0
    from pg_proc as p
    where
        %(kind)s in ('function', 'procedure', 'routine', 'aggregate') and p.proname = %(name)s
        and p.pronamespace = current_schema()::regnamespace
    union all
    select
        'pg_type'::regclass::oid,
        t.oid,
        0
    from pg_type as t
    where
        %(kind)s in ('type', 'domain') and t.typname = %(name)s and t.typnamespace = current_schema()::regnamespace
    union all
    select
        'pg_statistic_ext'::regclass::oid,
        s.oid,
        0
    from pg_statistic_ext as s
    where %(kind)s = 'statistics' and s.stxname = %(name)s and s.stxnamespace = current_schema()::regnamespace
    union all
    select
        'pg_extension'::regclass::oid,
        e.oid,
        0
    from pg_extension as e
    where %(kind)s = 'extension' and e.extname = %(name)s
),

doomed (class, object, part) as (
    select
        s.class,
        s.object,
        s.part
    from start as s
    union
    select
        n.class,
        n.object,
        n.part
    from doomed as g
    cross join lateral (
        select
            d.classid as class,
            d.objid as object,
            d.objsubid as part
        from pg_depend as d
        where
            d.refclassid = g.class and d.refobjid = g.object
            and (g.part = 0 or d.refobjsubid = g.part)
            and (%(is_cascade)s or d.deptype not in ('n', 'x'))
        union all
        select
            d.refclassid,
            d.refobjid,
            d.refobjsubid
        from pg_depend as d
        where
            d.classid = g.class and d.objid = g.object and d.objsubid = g.part and d.deptype = 'i'
            and %(is_cascade)s
    ) as n
),

touched (relation, lock, goes) as (
    select
        coalesce(i.indrelid, c.oid),
        'ACCESS EXCLUSIVE',
        g.part = 0 and i.indrelid is null
    from doomed as g
    inner join pg_class as c on g.object = c.oid
    left join pg_index as i on c.oid = i.indexrelid
    where g.class = 'pg_class'::regclass
    union all
    select
        k.conrelid,
        'ACCESS EXCLUSIVE',
        false
    from doomed as g
    inner join pg_constraint as k on g.object = k.oid
    where g.class = 'pg_constraint'::regclass
    union all
    select
        t.tgrelid,
        'ACCESS EXCLUSIVE',
        false
    from doomed as g
    inner join pg_trigger as t on g.object = t.oid
    where g.class = 'pg_trigger'::regclass
    union all
    select
        p.polrelid,
        'ACCESS EXCLUSIVE',
        false
    from doomed as g
    inner join pg_policy as p on g.object = p.oid
    where g.class = 'pg_policy'::regclass
    union all
    select
        r.ev_class,
        'ACCESS EXCLUSIVE',
        false
    from doomed as g
    inner join pg_rewrite as r on g.object = r.oid
    where g.class = 'pg_rewrite'::regclass
    union all
    select
        a.adrelid,
        'ACCESS EXCLUSIVE',
        false
    from doomed as g
    inner join pg_attrdef as a on g.object = a.oid
    where g.class = 'pg_attrdef'::regclass
    union all
    select
        s.stxrelid,
        'SHARE UPDATE EXCLUSIVE',
        false
    from doomed as g
    inner join pg_statistic_ext as s on g.object = s.oid
    where g.class = 'pg_statistic_ext'::regclass
)

select
    c.relname::text,
    min(t.lock),
    bool_or(t.goes)
from touched as t
inner join pg_class as c on t.relation = c.oid
where c.relkind in ('r', 'p', 'v', 'm', 'f')
group by c.oid, c.relname

-- name: parents
-- What is locked when a partition is dropped: the table that it is of, and that one's default partition.
select distinct p.relname::text
from pg_class as c
inner join pg_inherits as h on c.oid = h.inhrelid
left join pg_partitioned_table as d on h.inhparent = d.partrelid
inner join pg_class as p on p.oid in (h.inhparent, d.partdefid)
where
    c.relname = any(%(tables)s::text[]) and c.relnamespace = current_schema()::regnamespace
    and c.relispartition

-- name: beside_partitions
-- What is locked besides when a partitioned table gets or loses one: the default partition, and the other ends of the
-- foreign keys, those that it references marked by the last column.
select
    c.relname::text,
    true,
    false
from pg_partitioned_table as d
inner join pg_class as p on d.partrelid = p.oid
inner join pg_class as c on d.partdefid = c.oid
where p.relname = %(table)s and p.relnamespace = current_schema()::regnamespace
union
select
    c.relname::text,
    false,
    p.oid = k.conrelid
from pg_class as p
inner join pg_constraint as k on k.contype = 'f' and p.oid in (k.conrelid, k.confrelid)
inner join pg_class as c on c.oid in (k.conrelid, k.confrelid) and c.oid <> p.oid
where p.relname = %(table)s and p.relnamespace = current_schema()::regnamespace

-- name: referencing
-- The tables that reference these, and those that reference them, and so on.
with recursive reached (relation) as (
    select c.oid
    from pg_class as c
    where c.relname = any(%(tables)s::text[]) and c.relnamespace = current_schema()::regnamespace
    union
    select n.relation
    from reached as r
    cross join lateral (
        select k.conrelid as relation
        from pg_constraint as k
        where k.contype = 'f' and k.confrelid = r.relation
        union all
        select i.inhrelid
        from pg_inherits as i
        where i.inhparent = r.relation
    ) as n
)

select c.relname::text
from reached as r
inner join pg_class as c on r.relation = c.oid
where c.relname <> all(%(tables)s::text[])

-- name: under_views
-- The tables and views that a view reads, and those below; LOCK locks them as it locks the view.
with recursive reached (root, relation) as (
    select
        c.relname::text,
        c.oid
    from pg_class as c
    where
        c.relname = any(%(views)s::text[]) and c.relnamespace = current_schema()::regnamespace
        and c.relkind = 'v'
    union
    select
        v.root,
        d.refobjid
    from reached as v
    inner join pg_rewrite as r on v.relation = r.ev_class
    inner join pg_depend as d
        on
            d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
            and d.refclassid = 'pg_class'::regclass and d.refobjid <> v.relation
)

select distinct
    v.root,
    c.relname::text
from reached as v
inner join pg_class as c on v.relation = c.oid
where c.relname <> v.root and c.relkind in ('r', 'p', 'v')

-- name: of_domain
-- The tables with a column of a domain, or of a domain over it.
with recursive wanted (type) as (
    select t.oid
    from pg_type as t
    where t.typname = %(domain)s and t.typnamespace = current_schema()::regnamespace and t.typtype = 'd'
    union
    select t.oid
    from wanted as w
    inner join pg_type as t on w.type = t.typbasetype
)

select distinct c.relname::text
from wanted as w
inner join pg_attribute as a on w.type = a.atttypid and not a.attisdropped
inner join pg_class as c on a.attrelid = c.oid and c.relkind in ('r', 'm')

-- name: everything
select c.relname::text
from pg_class as c
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
order by c.relname

-- name: descendants
-- The partitions and children of tables, at any depth; and whether they are partitions.
with recursive below (root, relation) as (
    select
        c.relname::text,
        c.oid
    from pg_class as c
    where
        c.relname = any(%(tables)s::text[]) and c.relnamespace = current_schema()::regnamespace
        and c.relkind in ('r', 'p')
    union
    select
        b.root,
        i.inhrelid
    from below as b
    inner join pg_inherits as i on b.relation = i.inhparent
)

select
    b.root,
    c.relname::text,
    c.relispartition
from below as b
inner join pg_class as c on b.relation = c.oid
where c.relname <> b.root
order by b.root, c.relname

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
set lc_monetary = 'C';
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

-- name: script_look
-- An index that is there before the step was begun is somebody else's.
do $$
begin
    if exists (
        select from pg_class as c
        where c.relname = %(name)s and c.relnamespace = current_schema()::regnamespace
    ) then
        raise exception 'The index %% is there already, and the step that makes it was never begun.', %(name)s
            using hint = 'Drop or rename it, or let `pgacademy migrate` see whether it is the same.';
    end if;
end;
$$

-- name: script_mend_create
select format('drop index concurrently if exists %%I', c.relname) as statement
from pg_index as i
inner join pg_class as c on i.indexrelid = c.oid
inner join pg_class as t on i.indrelid = t.oid
where
    c.relname = %(name)s and t.relname = %(table)s and c.relnamespace = current_schema()::regnamespace
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
-- Where the backfill stands; what was taken back since begins anew, and what another statement has half done stays.
do $$
begin
    delete from schema_backfills as b
    where
        b.migration_id = %(id)s
        and exists (
            select from schema_history as h
            where h.migration_id = b.migration_id and h.at > b.started_at
        );
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

-- name: script_key
-- One row, or the script ends: a backfill walks along a key of one column.
select
    min(a.attname)::text as key_name,
    min(format_type(a.atttypid, a.atttypmod)) as key_type
from pg_index as i
inner join pg_attribute as a on i.indrelid = a.attrelid and a.attnum = any(i.indkey::smallint[])
where i.indrelid = to_regclass(quote_ident(%(table)s)) and i.indisprimary
having count(*) = 1

-- name: script_range
-- From the last key done, or else the first of all, to the last to do; to_key is null where nothing is left to do.
select
    b.last_key is null as is_first,
    coalesce(b.last_key, (select t.{key}::text from {table} as t order by t.{key} limit 1)) as from_key,
    (
        select t.{key}::text
        from {table} as t
        where
            (b.last_key is null or t.{key} > {last_key})
            and (b.until_key is null or t.{key} <= {until_key})
        order by t.{key} desc
        limit 1
    ) as to_key,
    (
        select count(*)
        from {table} as t
        where
            (b.last_key is null or t.{key} > {last_key})
            and (b.until_key is null or t.{key} <= {until_key})
    ) as rows
from schema_backfills as b
where b.migration_id = %(id)s
