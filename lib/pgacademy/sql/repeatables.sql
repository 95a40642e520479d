-- Queries of pgacademy.repeatables. They run as the school's owner with the school first in the path. Those that end in
-- a column "statement" return the statements to run, in order.

-- name: existing
-- Functions, those with two signatures twice, and views that the school has now. In a subquery its schema is looked up
-- once, and not for each of the server's own functions.
select
    'function' as kind,
    p.proname::text as name
from pg_proc as p
where p.pronamespace = (select current_schema()::regnamespace)
union all
select
    'view' as kind,
    c.relname::text as name
from pg_class as c
where c.relnamespace = (select current_schema()::regnamespace) and c.relkind in ('v', 'm')

-- name: ids_of_several
-- The catalogue rows of functions (every overload) and views of these names.
select
    'pg_proc'::regclass::oid as classid,
    p.oid,
    k.kind,
    k.name
from unnest(%(kinds)s::text[], %(names)s::text[]) as k (kind, name)
inner join pg_proc as p on k.kind = 'function' and p.proname = k.name
where p.pronamespace = current_schema()::regnamespace
union all
select
    'pg_class'::regclass::oid as classid,
    c.oid,
    k.kind,
    k.name
from unnest(%(kinds)s::text[], %(names)s::text[]) as k (kind, name)
inner join pg_class as c on k.kind = 'view' and c.relname = k.name and c.relkind in ('v', 'm')
where c.relnamespace = current_schema()::regnamespace

-- name: reset_function
-- Takes back every grant on a function, whoever has it, so that what the file says is all there is.
select
    format(
        'revoke all on routine %%s from %%s cascade',
        p.oid::regprocedure,
        string_agg(distinct case a.grantee when 0 then 'public' else quote_ident(r.rolname) end, ', ')
    ) as statement
from pg_proc as p
cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
left join pg_roles as r on a.grantee = r.oid
where
    p.proname = %(name)s and p.pronamespace = current_schema()::regnamespace
    and a.grantee <> p.proowner
group by p.oid

-- name: deadlock_timeout_ms
select s.setting::integer
from pg_settings as s
where s.name = 'deadlock_timeout'

-- name: limit_locks
select set_config('lock_timeout', %(lock_ms)s || 'ms', true)

-- name: drop_with_dependents
-- What must go, and how, before the objects can be dropped: the farthest dependent first, the objects last. A view is
-- reached through its rewrite rule, a materialized one through its indexes as well, and whatever uses its row type
-- through that type. Kind `other` is what no
-- repeatable file can bring back: a column default, a constraint, an index, an object of somebody else's.
with recursive reached (classid, objid, depth) as (
    select
        o.classid,
        o.objid,
        0
    from unnest(%(classes)s::oid[], %(objects)s::oid[]) as o (classid, objid)
    union all
    select
        case when r.oid is not null then 'pg_class'::regclass::oid else d.classid end,
        coalesce(r.ev_class, m.oid, d.objid),
        n.depth + 1
    from reached as n
    inner join pg_depend as d on n.classid = d.refclassid and n.objid = d.refobjid
    left join pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
    left join pg_index as i on d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
    left join pg_class as m on i.indrelid = m.oid and m.relkind = 'm'
    where
        d.deptype in ('n', 'a', 'i')
        and n.depth < 100
        and (n.classid <> 'pg_class'::regclass or coalesce(r.ev_class, m.oid, 0) <> n.objid)
        -- a table's own parts are not reached through the table
        and (
            n.depth = 0 or n.classid <> 'pg_class'::regclass
            or exists (select from pg_class as v where v.oid = n.objid and v.relkind in ('v', 'm'))
        )
),

ordered as (
    select
        classid,
        objid,
        max(depth) as depth
    from reached
    group by classid, objid
)

select
    case
        when c.oid is not null and c.relnamespace = current_schema()::regnamespace and c.relkind in ('v', 'm')
            then 'view'
        when p.oid is not null and p.pronamespace = current_schema()::regnamespace then 'function'
        when pol.oid is not null and polc.relnamespace = current_schema()::regnamespace then 'policies'
        when t.oid is not null and tc.relnamespace = current_schema()::regnamespace then 'triggers'
        else 'other'
    end as kind,
    coalesce(c.relname, p.proname, polc.relname, tc.relname, pg_describe_object(o.classid, o.objid, 0))::text as name,
    case
        when c.relkind = 'm' then format('drop materialized view %%s', c.oid::regclass)
        when c.oid is not null then format('drop view %%s', c.oid::regclass)
        when p.oid is not null
            then format(
                'drop %%s %%s',
                case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
                p.oid::regprocedure
            )
        when pol.oid is not null then format('drop policy %%I on %%s', pol.polname, polc.oid::regclass)
        when t.oid is not null then format('drop trigger %%I on %%s', t.tgname, tc.oid::regclass)
    end as statement
from ordered as o
left join pg_class as c on o.classid = 'pg_class'::regclass and o.objid = c.oid
left join pg_proc as p on o.classid = 'pg_proc'::regclass and o.objid = p.oid
left join pg_policy as pol on o.classid = 'pg_policy'::regclass and o.objid = pol.oid
left join pg_class as polc on pol.polrelid = polc.oid
left join pg_trigger as t on o.classid = 'pg_trigger'::regclass and o.objid = t.oid
left join pg_class as tc on t.tgrelid = tc.oid
where
    o.classid <> 'pg_type'::regclass -- a view's row type goes with the view
    and c.relkind is distinct from 't' -- and what a materialized view keeps elsewhere with it
    and not (t.oid is not null and t.tgparentid <> 0) -- a partition's copy goes with its parent's trigger
order by o.depth desc, o.objid desc

-- name: table
-- Whether LOCK TABLE locks this and nothing else, and the triggers on it.
select
    c.relkind in ('r', 'p') as is_lockable,
    array(
        select t.tgname::text
        from pg_trigger as t
        where t.tgrelid = c.oid and not t.tgisinternal and t.tgparentid = 0
    ) as triggers
from pg_class as c
where
    c.relname = %(table)s and c.relnamespace = current_schema()::regnamespace
    and c.relkind in ('r', 'p', 'v', 'm', 'f')

-- name: lock_table
select
    format(
        'lock table only %%s in %%s mode', c.oid::regclass,
        case when %(is_exclusive)s then 'access exclusive' else 'share row exclusive' end
    ) as statement
from pg_class as c
where c.relname = %(table)s and c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')

-- name: drop_policies
select format('drop policy %%I on %%s', p.polname, c.oid::regclass) as statement
from pg_policy as p
inner join pg_class as c on p.polrelid = c.oid
where c.relname = %(table)s and c.relnamespace = current_schema()::regnamespace
order by p.polname

-- name: drop_old_triggers
-- The table's triggers that this transaction did not write: its file, just run, no longer defines them.
select format('drop trigger %%I on %%s', t.tgname, c.oid::regclass) as statement
from pg_trigger as t
inner join pg_class as c on t.tgrelid = c.oid
where
    c.relname = %(table)s and c.relnamespace = current_schema()::regnamespace
    and not t.tgisinternal and t.tgparentid = 0
    and t.xmin <> pg_current_xact_id()::xid
order by t.tgname

-- name: drop_triggers
-- Those for each row go from the partitions by themselves; the copies that ensure_partitions made for statements do not.
select format('drop trigger %%I on %%s', t.tgname, c.oid::regclass) as statement
from pg_trigger as t
inner join pg_class as c on t.tgrelid = c.oid
where
    c.relnamespace = current_schema()::regnamespace
    and not t.tgisinternal and t.tgparentid = 0
    and (
        c.relname = %(table)s
        or c.oid in (
            select i.inhrelid
            from pg_inherits as i
            inner join pg_class as p on i.inhparent = p.oid and p.relkind = 'p'
            where p.relname = %(table)s and p.relnamespace = current_schema()::regnamespace
        )
    )
order by t.tgname, c.relname

-- name: reset_table_grants
-- Takes back all that a group may do with the school's tables and sequences; REVOKE on a table covers its columns. The
-- grants on views are in the views' own files.
select
    format(
        'revoke all on %%s %%s from %%I',
        case c.relkind when 'S' then 'sequence' else 'table' end, c.oid::regclass, %(group)s::text
    ) as statement
from pg_class as c
where
    c.relnamespace = current_schema()::regnamespace
    and c.relkind in ('r', 'p', 'f', 'S')
    and (
        exists (
            select from aclexplode(c.relacl) as a
            where a.grantee = %(group)s::regrole
        )
        or exists (
            select
            from pg_attribute as att
            cross join lateral aclexplode(att.attacl) as a
            where att.attrelid = c.oid and a.grantee = %(group)s::regrole
        )
    )
order by c.oid
