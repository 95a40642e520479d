-- What the generators read from a migrated school. The connection's search path begins with it.

-- name: procedures
-- every function of the school but trigger functions; `callers` are the platform roles that may execute it
select
    p.oid,
    p.proname as name,
    p.proretset as returns_set,
    p.provolatile as volatility,
    p.prosecdef as is_definer,
    pg_get_function_result(p.oid) as result,
    obj_description(p.oid, 'pg_proc') as comment,
    rt.typtype = 'p' and rt.typname = 'void' as is_void,
    rt.typrelid,
    format_type(p.prorettype, null) as result_type,
    array(
        select substr(r.rolname, length('pgacademy_') + 1)::text
        from pg_roles as r
        where
            r.rolname = any(array[
                'pgacademy_anonymous', 'pgacademy_student', 'pgacademy_instructor',
                'pgacademy_admin', 'pgacademy_service', 'pgacademy_analyst'
            ])
            and has_function_privilege(r.oid, p.oid, 'execute')
        order by array_position(
            array['anonymous', 'student', 'instructor', 'admin', 'service', 'analyst'],
            substr(r.rolname, length('pgacademy_') + 1)::text
        )
    ) as callers
from pg_proc as p
join pg_type as rt on rt.oid = p.prorettype
where
    p.pronamespace = current_schema()::regnamespace
    and p.prokind = 'f'
    and p.prorettype <> 'trigger'::regtype
    and not exists (
        select from pg_depend as d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
    )
order by p.proname;

-- name: audited
-- the procedures whose calls are in the audit trail, and the argument that names the row they are about
select
    split_part(a.action, '.', 2) as name,
    a.action,
    a.argument
from audited_procedures() as a;

-- name: noted
-- the tables in the audit trail, with the columns that tell a row of theirs, none of which may identify people, and those
-- whose changes are noted: as they are, or as what they hold back
with columns as (
    select
        a.attrelid,
        a.attnum,
        a.attname::text as name,
        case
            when k.class = 'secret' then 'secret'
            when k.is_blanked then 'sensitive'
            when a.attlen > 0 then 'short'
            else 'long'
        end as kept
    from column_classes() as k
    join pg_attribute as a on a.attrelid = to_regclass(k.table_name) and a.attname = k.column_name
)

select
    t.name as table_name,
    array(
        select c.name
        from pg_index as i
        cross join lateral unnest(i.indkey::int2[]) with ordinality as n (attnum, nth)
        join columns as c on c.attrelid = i.indrelid and c.attnum = n.attnum and c.kept in ('short', 'long')
        where i.indrelid = to_regclass(t.name) and i.indisprimary
        order by n.nth
    ) as key,
    array(
        select array[c.name, c.kept]
        from columns as c
        where c.attrelid = to_regclass(t.name) and c.name <> all(string_to_array(t.entry ->> 'unnoted', ' '))
        order by c.attnum
    ) as columns
from jsonb_each(column_catalogue()) as t (name, entry)
where t.entry ? 'unnoted'
order by t.name;

-- name: arguments
-- mode i, o or t (a column of returns table); `default` is the expression, null without one
select
    p.oid,
    a.name,
    coalesce(p.proargmodes[a.n::integer]::text, 'i') as mode,
    format_type(a.type, null) as type,
    case when coalesce(p.proargmodes[a.n::integer]::text, 'i') in ('i', 'b')
        then pg_get_function_arg_default(p.oid, a.n::integer)
    end as default
from pg_proc as p
cross join unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), coalesce(p.proargnames, '{}'))
    with ordinality as a (type, name, n)
where p.pronamespace = current_schema()::regnamespace and p.prokind = 'f'
order by p.oid, a.n;

-- name: columns
-- of every table and view
select
    a.attrelid as relation,
    a.attname as name,
    format_type(a.atttypid, a.atttypmod) as type,
    format_type(a.atttypid, null) as base_type,
    a.attnotnull as is_not_null,
    pg_get_expr(d.adbin, d.adrelid) as default,
    a.attgenerated::text as generated,
    col_description(a.attrelid, a.attnum) as comment
from pg_attribute as a
join pg_class as c on c.oid = a.attrelid
left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum;

-- name: relations
-- tables and views, with their grants to the platform roles
select
    c.oid,
    c.relname as name,
    c.relkind::text as kind,
    c.relrowsecurity as has_rls,
    obj_description(c.oid, 'pg_class') as comment,
    coalesce((select string_agg(o, ', ' order by o) from unnest(c.reloptions) as o), '') as options,
    array(
        select format(
            '%s: %s', substr(g.grantee::regrole::text, length('pgacademy_') + 1),
            string_agg(lower(g.privilege_type), ', ' order by g.privilege_type)
        )
        from aclexplode(c.relacl) as g
        where g.grantee in (select r.oid from pg_roles as r where starts_with(r.rolname, 'pgacademy_'))
        group by g.grantee
        order by g.grantee::regrole::text
    ) as grants,
    array(
        select format(
            '%s: %s (%s)', substr(g.grantee::regrole::text, length('pgacademy_') + 1), lower(g.privilege_type),
            string_agg(a.attname, ', ' order by a.attnum)
        )
        from pg_attribute as a
        cross join aclexplode(a.attacl) as g
        where
            a.attrelid = c.oid and not a.attisdropped
            and g.grantee in (select r.oid from pg_roles as r where starts_with(r.rolname, 'pgacademy_'))
        group by g.grantee, g.privilege_type
        order by g.grantee::regrole::text, g.privilege_type
    ) as column_grants
from pg_class as c
where
    c.relnamespace = current_schema()::regnamespace
    and c.relkind in ('r', 'p', 'v')
    and not c.relispartition
    and not exists (
        select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    )
order by c.relname;

-- name: constraints
select
    k.conrelid as relation,
    k.conname as name,
    k.contype::text as kind,
    pg_get_constraintdef(k.oid) as definition,
    f.relname as target,
    array(
        select a.attname::text
        from unnest(k.conkey) as n
        join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = n
    ) as columns
from pg_constraint as k
left join pg_class as f on f.oid = k.confrelid
where k.connamespace = current_schema()::regnamespace and k.conrelid <> 0 and k.contype in ('p', 'u', 'f', 'c', 'x') and k.conparentid = 0
order by k.conrelid, array_position(array['p', 'u', 'f', 'c', 'x'], k.contype::text), k.conname;

-- name: indexes
-- those that are no constraint
select
    i.indrelid as relation,
    c.relname as name,
    regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX .+ USING ', '\1') as definition
from pg_index as i
join pg_class as c on c.oid = i.indexrelid
where
    c.relnamespace = current_schema()::regnamespace
    and not exists (select from pg_constraint as k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
order by i.indrelid, c.relname;

-- name: policies
select
    p.polrelid as relation,
    p.polname as name,
    case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as command,
    array(
        select case when r.oid is null then 'public' else regexp_replace(r.rolname, '^pgacademy_', '') end
        from unnest(p.polroles) as m
        left join pg_roles as r on r.oid = m
        order by 1
    ) as roles,
    pg_get_expr(p.polqual, p.polrelid) as using_,
    pg_get_expr(p.polwithcheck, p.polrelid) as check_
from pg_policy as p
join pg_class as c on c.oid = p.polrelid
where c.relnamespace = current_schema()::regnamespace
order by p.polrelid, p.polname;

-- name: triggers
select t.tgrelid as relation, t.tgname as name, pg_get_triggerdef(t.oid) as definition
from pg_trigger as t
join pg_class as c on c.oid = t.tgrelid
where c.relnamespace = current_schema()::regnamespace and not t.tgisinternal
order by t.tgrelid, t.tgname;
