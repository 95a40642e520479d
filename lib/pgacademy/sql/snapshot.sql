-- Queries of pgacademy.snapshot: everything of a school that is not data, as rows (object, kind, name, attribute,
-- definition). The school is first in the path and the extensions' schema next, so that definitions come out with
-- unqualified names. Catalogues are open to everybody: any login that may use both schemas gets the same rows.
--
-- Roles are written {role:name}, for Python to put a placeholder where the name is the school's own. No oid, no date, no
-- position of a sequence. Partitions come and go with the calendar, so a partition shows only what it has of its own and
-- what it has otherwise than its parent.

-- name: usable
select
    current_schema() is not distinct from %(school)s::text and %(extensions)s = any(current_schemas(false)::text[])

-- name: schema
select
    'schema' as object,
    'schema' as kind,
    '' as name,
    'owner' as attribute,
    format('{role:%%s}', pg_get_userbyid(n.nspowner)) as definition
from pg_namespace as n
where n.oid = current_schema()::regnamespace

-- name: relations
with facts as (
    select
        c.oid,
        c.relispartition,
        k.word,
        c.relname,
        v.attribute,
        v.definition
    from pg_class as c
    inner join (
        values
        ('r', 'table'), ('p', 'table'), ('f', 'foreign table'), ('v', 'view'), ('m', 'materialized view'),
        ('S', 'sequence')
    ) as k (relkind, word) on c.relkind::text = k.relkind
    left join pg_class as toast on c.reltoastrelid = toast.oid
    left join pg_am as am on c.relam = am.oid
    left join pg_foreign_table as ft on c.oid = ft.ftrelid
    left join pg_foreign_server as fs on ft.ftserver = fs.oid
    left join pg_tablespace as ts on c.reltablespace = ts.oid
    cross join lateral (
        values
        ('owner', format('{role:%%s}', pg_get_userbyid(c.relowner))),
        ('persistence', case c.relpersistence when 'u' then 'unlogged' when 't' then 'temporary' end),
        ('partition key', case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end),
        (
            'row security',
            case
                when c.relkind in ('r', 'p')
                    then
                        case when c.relrowsecurity then 'enabled' else 'disabled' end
                        || case when c.relforcerowsecurity then ', forced on the owner' else '' end
            end
        ),
        ('options', (select string_agg(o, ', ' order by o) from unnest(c.reloptions) as o)),
        ('options of long values', (select string_agg(o, ', ' order by o) from unnest(toast.reloptions) as o)),
        (
            'replica identity',
            case c.relreplident
                when 'f' then 'full'
                when 'i'
                    then 'index ' || (
                        select i.indexrelid::regclass::text
                        from pg_index as i
                        where i.indrelid = c.oid and i.indisreplident
                    )
                when 'n' then case when c.relkind in ('r', 'p') then 'nothing' end
            end
        ),
        ('access method', nullif(am.amname, 'heap')::text),
        ('tablespace', ts.spcname::text), -- null: that of the database
        ('server', fs.srvname || coalesce(' ' || ft.ftoptions::text, '')),
        (
            'inherits',
            (
                select string_agg(i.inhparent::regclass::text, ', ' order by i.inhseqno)
                from pg_inherits as i
                where i.inhrelid = c.oid and not c.relispartition
            )
        ),
        (
            'order of columns',
            case
                when c.relkind in ('r', 'p', 'f')
                    then (
                        select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                        from pg_attribute as a
                        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                    )
            end
        ),
        ('query', case when c.relkind in ('v', 'm') then rtrim(ltrim(pg_get_viewdef(c.oid, true)), ';') end)
    ) as v (attribute, definition)
    where c.relnamespace = current_schema()::regnamespace and v.definition is not null
)

select
    f.word || ' ' || quote_ident(f.relname) as object,
    f.word as kind,
    '' as name,
    f.attribute,
    f.definition
from facts as f
where
    not f.relispartition
    or (
        f.attribute not in ('partition key', 'order of columns')
        and not exists (
            select
            from pg_inherits as i
            inner join facts as p on i.inhparent = p.oid
            where i.inhrelid = f.oid and p.attribute = f.attribute and p.definition = f.definition
        )
    )

-- name: columns
-- Not-null constraints are part of the column: only from PostgreSQL 18 on are they constraints with names.
with facts as (
    select
        c.oid,
        c.relispartition,
        case c.relkind when 'c' then 'type ' when 'f' then 'foreign table ' else 'table ' end
        || quote_ident(c.relname) as object,
        a.attname,
        concat_ws(
            ' ',
            format_type(a.atttypid, a.atttypmod),
            case when a.attcollation <> t.typcollation then 'collate ' || a.attcollation::regcollation::text end,
            case when a.attnotnull then 'not null' end,
            case when n.oid is not null then '(not validated)' end,
            case a.attidentity
                when 'a' then 'generated always as identity'
                when 'd' then 'generated by default as identity'
            end,
            case a.attgenerated
                when '' then 'default ' || pg_get_expr(d.adbin, d.adrelid, true)
                when 's' then 'generated always as (' || pg_get_expr(d.adbin, d.adrelid, true) || ') stored'
                else 'generated always as (' || pg_get_expr(d.adbin, d.adrelid, true) || ') virtual'
            end,
            case
                when a.attstorage <> t.typstorage
                    then 'storage ' || case a.attstorage
                        when 'p' then 'plain' when 'm' then 'main' when 'e' then 'external' else 'extended'
                    end
            end,
            case a.attcompression when 'p' then 'compression pglz' when 'l' then 'compression lz4' end,
            'statistics ' || nullif(a.attstattarget, -1)::text,
            -- pg_attver: PostgreSQL 15.20 stamps columns with a number of its own there, another for each table and server.
            'options ' || nullif(array_to_string(array(
                select o.option from unnest(a.attoptions) as o (option) where not starts_with(o.option, 'pg_attver=')
            ), ', '), '')
        ) as definition
    from pg_class as c
    inner join pg_attribute as a on c.oid = a.attrelid
    inner join pg_type as t on a.atttypid = t.oid
    left join pg_attrdef as d on a.attrelid = d.adrelid and a.attnum = d.adnum
    left join pg_constraint as n
        on
            a.attrelid = n.conrelid and n.contype = 'n' and a.attnum = any(n.conkey)
            and not n.convalidated
    where
        c.relnamespace = current_schema()::regnamespace
        and c.relkind in ('r', 'p', 'f', 'c')
        and a.attnum > 0
        and not a.attisdropped
)

select
    f.object,
    'column' as kind,
    quote_ident(f.attname) as name,
    '' as attribute,
    f.definition
from facts as f
where
    not f.relispartition
    or not exists (
        select
        from pg_inherits as i
        inner join facts as p on i.inhparent = p.oid
        where i.inhrelid = f.oid and p.attname = f.attname and p.definition = f.definition
    )

-- name: constraints
-- With what its index has otherwise than usual.
select
    case when t.oid is null then 'table ' || quote_ident(c.relname) else 'type ' || quote_ident(t.typname) end as object,
    'constraint' as kind,
    quote_ident(k.conname) as name,
    '' as attribute,
    pg_get_constraintdef(k.oid, true)
    || case
        when exists (select from pg_trigger as g where g.tgconstraint = k.oid and g.tgisinternal and g.tgenabled <> 'O')
            then ' (its triggers are disabled)'
        else ''
    end
    || coalesce(' with (' || (select string_agg(o, ', ' order by o) from unnest(x.reloptions) as o) || ')', '')
    || coalesce(' tablespace ' || ts.spcname, '')
    || case when i.indisclustered then ' (clustered on)' else '' end
    || case when not i.indisvalid then ' (not valid)' else '' end
    || case when not i.indisready then ' (not ready)' else '' end as definition
from pg_constraint as k
left join pg_class as c on k.conrelid = c.oid
left join pg_type as t on k.contypid = t.oid
left join pg_index as i on k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
left join pg_class as x on i.indexrelid = x.oid
left join pg_tablespace as ts on x.reltablespace = ts.oid
where
    k.connamespace = current_schema()::regnamespace
    and k.contype not in ('n', 't')
    and not (coalesce(c.relispartition, false) and (k.coninhcount > 0 or k.conparentid <> 0))

-- name: indexes
-- Those of a primary key, unique or exclusion constraint are shown there.
select
    case c.relkind when 'm' then 'materialized view ' else 'table ' end || quote_ident(c.relname) as object,
    'index' as kind,
    quote_ident(x.relname) as name,
    '' as attribute,
    pg_get_indexdef(i.indexrelid, 0, true)
    || coalesce(' tablespace ' || ts.spcname, '')
    || case when i.indisclustered then ' (clustered on)' else '' end
    || case when i.indisvalid then '' else ' (not valid)' end
    || case when i.indisready then '' else ' (not ready)' end as definition
from pg_index as i
inner join pg_class as x on i.indexrelid = x.oid
inner join pg_class as c on i.indrelid = c.oid
left join pg_tablespace as ts on x.reltablespace = ts.oid
where
    c.relnamespace = current_schema()::regnamespace
    and c.relkind in ('r', 'p', 'm')
    and not x.relispartition
    and not exists (select from pg_constraint as k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))

-- name: sequences
select
    'sequence ' || quote_ident(c.relname) as object,
    'sequence' as kind,
    '' as name,
    'definition' as attribute,
    concat_ws(
        ' ',
        'as', format_type(s.seqtypid, null),
        'start', s.seqstart, 'increment', s.seqincrement, 'minvalue', s.seqmin, 'maxvalue', s.seqmax,
        'cache', s.seqcache, case when s.seqcycle then 'cycle' else 'no cycle' end,
        'owned by ' || (
            select d.refobjid::regclass::text || '.' || quote_ident(a.attname)
            from pg_depend as d
            inner join pg_attribute as a on d.refobjid = a.attrelid and d.refobjsubid = a.attnum
            where
                d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass
                and d.deptype in ('a', 'i')
        )
    ) as definition
from pg_sequence as s
inner join pg_class as c on s.seqrelid = c.oid
where c.relnamespace = current_schema()::regnamespace

-- name: triggers
-- A partition's copy of its parent's trigger is not told, unless it is not enabled as that one is. (Triggers for each
-- statement are copied by ensure_partitions, so the server knows nothing of their parents.)
select
    case c.relkind when 'v' then 'view ' when 'f' then 'foreign table ' else 'table ' end
    || quote_ident(c.relname) as object,
    'trigger' as kind,
    quote_ident(t.tgname) as name,
    '' as attribute,
    pg_get_triggerdef(t.oid, true)
    || case t.tgenabled when 'D' then ' (disabled)' when 'R' then ' (replica)' when 'A' then ' (always)' else '' end
        as definition
from pg_trigger as t
inner join pg_class as c on t.tgrelid = c.oid
where
    c.relnamespace = current_schema()::regnamespace
    and not t.tgisinternal
    and not exists (
        select
        from pg_inherits as i
        inner join pg_trigger as p on i.inhparent = p.tgrelid
        where
            i.inhrelid = t.tgrelid and c.relispartition
            and (p.tgname, p.tgfoid, p.tgtype, p.tgargs, p.tgenabled)
            = (t.tgname, t.tgfoid, t.tgtype, t.tgargs, t.tgenabled)
    )

-- name: policies
select
    'table ' || quote_ident(c.relname) as object,
    'policy' as kind,
    quote_ident(p.polname) as name,
    v.attribute,
    v.definition
from pg_policy as p
inner join pg_class as c on p.polrelid = c.oid
cross join lateral (
    values
    (
        'command',
        case p.polcmd
            when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all'
        end
        || case when p.polpermissive then '' else ', restrictive' end
    ),
    (
        'roles',
        (
            select string_agg(coalesce(format('{role:%%s}', r.rolname), 'public'), ', ' order by r.rolname)
            from unnest(p.polroles) as u (oid)
            left join pg_roles as r on u.oid = r.oid
        )
    ),
    ('using', pg_get_expr(p.polqual, p.polrelid, true)),
    ('check', pg_get_expr(p.polwithcheck, p.polrelid, true))
) as v (attribute, definition)
where c.relnamespace = current_schema()::regnamespace and v.definition is not null

-- name: functions
select
    case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end
    || format(' %%I(%%s)', p.proname, oidvectortypes(p.proargtypes)) as object,
    case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end as kind,
    '' as name,
    v.attribute,
    v.definition
from pg_proc as p
inner join pg_language as l on p.prolang = l.oid
cross join lateral (
    values
    ('owner', format('{role:%%s}', pg_get_userbyid(p.proowner))),
    ('arguments', nullif(pg_get_function_arguments(p.oid), '')),
    ('result', pg_get_function_result(p.oid)),
    (
        'properties',
        concat_ws(
            ', ',
            l.lanname,
            case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
            case when p.prosecdef then 'security definer' else 'security invoker' end,
            case p.proparallel when 's' then 'parallel safe' when 'r' then 'parallel restricted' end,
            case when p.proisstrict then 'strict' end,
            case when p.proleakproof then 'leakproof' end,
            case when p.prokind = 'w' then 'window' end,
            'cost ' || p.procost,
            case when p.proretset then 'rows ' || p.prorows end,
            'support ' || nullif(p.prosupport::oid, 0)::regproc
        )
    ),
    ('settings', (select string_agg(s, E'\n' order by s) from unnest(p.proconfig) as s)),
    ('statements', pg_get_function_sqlbody(p.oid)),
    ('body', case when p.prosqlbody is null then replace(p.prosrc, E'\r\n', E'\n') end),
    ('library', p.probin)
) as v (attribute, definition)
where p.pronamespace = current_schema()::regnamespace and v.definition is not null

-- name: types
select
    'type ' || quote_ident(t.typname) as object,
    'type' as kind,
    '' as name,
    v.attribute,
    v.definition
from pg_type as t
left join pg_class as c on t.typrelid = c.oid
cross join lateral (
    values
    ('owner', format('{role:%%s}', pg_get_userbyid(t.typowner))),
    (
        'definition',
        case t.typtype
            when 'c' then 'composite'
            when 'b' then 'base'
            when 'e'
                then 'enum (' || (
                    select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
                    from pg_enum as e
                    where e.enumtypid = t.oid
                ) || ')'
            when 'r'
                then 'range of ' || (
                    select format_type(r.rngsubtype, null)
                    from pg_range as r
                    where r.rngtypid = t.oid
                )
            when 'd'
                then concat_ws(
                    ' ',
                    'domain over', format_type(t.typbasetype, t.typtypmod),
                    case when t.typnotnull then 'not null' end,
                    'default ' || t.typdefault,
                    case when t.typcollation <> 0 then 'collate ' || t.typcollation::regcollation::text end
                )
        end
    )
) as v (attribute, definition)
where
    t.typnamespace = current_schema()::regnamespace
    and (c.oid is null or c.relkind = 'c')
    and t.typtype <> 'm'
    and not exists (select from pg_type as e where e.typarray = t.oid)
    and v.definition is not null

-- name: statistics
select
    'table ' || s.stxrelid::regclass::text as object,
    'statistics' as kind,
    quote_ident(s.stxname) as name,
    '' as attribute,
    replace(pg_get_statisticsobjdef(s.oid), quote_ident(current_schema()) || '.', '')
    || coalesce(' target ' || nullif(s.stxstattarget, -1)::text, '')
    || format(' owner {role:%%s}', pg_get_userbyid(s.stxowner)) as definition
from pg_statistic_ext as s
where s.stxnamespace = current_schema()::regnamespace

-- name: rules
select
    case c.relkind when 'v' then 'view ' else 'table ' end || quote_ident(c.relname) as object,
    'rule' as kind,
    quote_ident(r.rulename) as name,
    '' as attribute,
    pg_get_ruledef(r.oid, true) || case r.ev_enabled when 'O' then '' else ' (not enabled as usual)' end as definition
from pg_rewrite as r
inner join pg_class as c on r.ev_class = c.oid
where c.relnamespace = current_schema()::regnamespace and r.rulename <> '_RETURN'

-- name: others
-- What no query above knows in detail: that it is there, and whose it is.
select
    i.type || ' ' || replace(i.identity, quote_ident(current_schema()) || '.', '') as object,
    i.type as kind,
    '' as name,
    'owner' as attribute,
    coalesce(format('{role:%%s}', pg_get_userbyid(o.owner)), 'nobody') as definition
from (
    select
        'pg_operator'::regclass as class,
        p.oid,
        p.oprowner as owner
    from pg_operator as p
    where p.oprnamespace = current_schema()::regnamespace
    union all
    select
        'pg_opclass'::regclass,
        p.oid,
        p.opcowner
    from pg_opclass as p
    where p.opcnamespace = current_schema()::regnamespace
    union all
    select
        'pg_opfamily'::regclass,
        p.oid,
        p.opfowner
    from pg_opfamily as p
    where p.opfnamespace = current_schema()::regnamespace
    union all
    select
        'pg_collation'::regclass,
        p.oid,
        p.collowner
    from pg_collation as p
    where p.collnamespace = current_schema()::regnamespace
    union all
    select
        'pg_conversion'::regclass,
        p.oid,
        p.conowner
    from pg_conversion as p
    where p.connamespace = current_schema()::regnamespace
    union all
    select
        'pg_ts_config'::regclass,
        p.oid,
        p.cfgowner
    from pg_ts_config as p
    where p.cfgnamespace = current_schema()::regnamespace
    union all
    select
        'pg_ts_dict'::regclass,
        p.oid,
        p.dictowner
    from pg_ts_dict as p
    where p.dictnamespace = current_schema()::regnamespace
) as o
cross join lateral pg_identify_object(o.class, o.oid, 0) as i

-- name: grants
-- The owner may do everything, which is told only where it is not so. MAINTAIN, new in 17, is left out for the owner.
with privileged (object, part, owner, acl, standard) as (
    select
        'schema',
        '',
        n.nspowner,
        coalesce(n.nspacl, acldefault('n', n.nspowner)),
        acldefault('n', n.nspowner)
    from pg_namespace as n
    where n.oid = current_schema()::regnamespace
    union all
    select
        k.word || ' ' || quote_ident(c.relname),
        '',
        c.relowner,
        coalesce(c.relacl, d.standard),
        d.standard
    from pg_class as c
    inner join (
        values
        ('r', 'table'), ('p', 'table'), ('f', 'foreign table'), ('v', 'view'), ('m', 'materialized view'),
        ('S', 'sequence')
    ) as k (relkind, word) on c.relkind::text = k.relkind
    cross join lateral acldefault(case c.relkind when 'S' then 's'::"char" else 'r'::"char" end, c.relowner) as d (standard)
    where c.relnamespace = current_schema()::regnamespace
    union all
    select
        k.word || ' ' || quote_ident(c.relname),
        'on ' || quote_ident(a.attname) || ' ',
        c.relowner,
        a.attacl,
        acldefault('c', c.relowner)
    from pg_class as c
    inner join (
        values
        ('r', 'table'), ('p', 'table'), ('f', 'foreign table'), ('v', 'view'), ('m', 'materialized view')
    ) as k (relkind, word) on c.relkind::text = k.relkind
    inner join pg_attribute as a on c.oid = a.attrelid
    where c.relnamespace = current_schema()::regnamespace and a.attacl is not null and not a.attisdropped
    union all
    select
        case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end
        || format(' %%I(%%s)', p.proname, oidvectortypes(p.proargtypes)),
        '',
        p.proowner,
        coalesce(p.proacl, acldefault('f', p.proowner)),
        acldefault('f', p.proowner)
    from pg_proc as p
    where p.pronamespace = current_schema()::regnamespace
    union all
    select
        'type ' || quote_ident(t.typname),
        '',
        t.typowner,
        coalesce(t.typacl, acldefault('T', t.typowner)),
        acldefault('T', t.typowner)
    from pg_type as t
    left join pg_class as c on t.typrelid = c.oid
    where
        t.typnamespace = current_schema()::regnamespace
        and (c.oid is null or c.relkind = 'c')
        and t.typtype <> 'm'
        and not exists (select from pg_type as e where e.typarray = t.oid)
)

select
    p.object,
    'grant' as kind,
    p.part || 'to ' || case a.grantee when 0 then 'public' else format('{role:%%s}', pg_get_userbyid(a.grantee)) end
    || case a.grantor when p.owner then '' else format(' by {role:%%s}', pg_get_userbyid(a.grantor)) end as name,
    '' as attribute,
    string_agg(
        lower(a.privilege_type) || case when a.is_grantable then ' with grant option' else '' end,
        ', ' order by a.privilege_type
    ) as definition
from privileged as p
cross join lateral aclexplode(p.acl) as a
where a.grantee <> p.owner
group by p.object, p.part, p.owner, a.grantee, a.grantor
union all
select
    p.object,
    'grant' as kind,
    format('to the owner {role:%%s}', pg_get_userbyid(p.owner)) as name,
    '' as attribute,
    'all but ' || string_agg(lower(s.privilege_type), ', ' order by s.privilege_type) as definition
from privileged as p
cross join lateral aclexplode(p.standard) as s
where
    s.grantee = p.owner
    and s.privilege_type <> 'MAINTAIN'
    and not exists (
        select from aclexplode(p.acl) as a
        where a.grantee = p.owner and a.privilege_type = s.privilege_type
    )
group by p.object, p.owner

-- name: default_privileges
-- Of the school's owner, in the school and everywhere; of others, in the school.
select
    'default privileges' as object,
    'default privileges' as kind,
    case d.defaclobjtype
        when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types'
        when 'n' then 'schemas' else 'large objects'
    end
    || case d.defaclnamespace when 0 then '' else ' in the school' end
    || case d.defaclrole when n.nspowner then '' else format(' by {role:%%s}', pg_get_userbyid(d.defaclrole)) end
        as name,
    '' as attribute,
    coalesce(
        string_agg(
            case a.grantee when 0 then 'public' else format('{role:%%s}', pg_get_userbyid(a.grantee)) end
            || ': ' || lower(a.privilege_type),
            ', ' order by case a.grantee when 0 then '' else pg_get_userbyid(a.grantee) end, a.privilege_type
        ) filter (where a.grantee <> d.defaclrole or a.privilege_type <> 'MAINTAIN'),
        'nothing'
    ) as definition
from pg_default_acl as d
inner join pg_namespace as n on n.oid = current_schema()::regnamespace
left join lateral aclexplode(d.defaclacl) as a on true
where d.defaclnamespace = n.oid or (d.defaclnamespace = 0 and d.defaclrole = n.nspowner)
group by d.oid, d.defaclobjtype, d.defaclnamespace, d.defaclrole, n.nspowner

-- name: publications
-- A publication of all tables is the database's.
select
    'table ' || quote_ident(c.relname) as object,
    'publication' as kind,
    quote_ident(p.pubname) as name,
    '' as attribute,
    concat_ws(
        ' ',
        'of ' || coalesce(
            (
                select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                from pg_attribute as a
                where a.attrelid = c.oid and a.attnum = any(r.prattrs)
            ),
            'all columns'
        ),
        'where ' || pg_get_expr(r.prqual, r.prrelid, true)
    ) as definition
from pg_publication_rel as r
inner join pg_publication as p on r.prpubid = p.oid
inner join pg_class as c on r.prrelid = c.oid
where c.relnamespace = current_schema()::regnamespace
union all
select
    'schema' as object,
    'publication' as kind,
    quote_ident(p.pubname) as name,
    '' as attribute,
    'of all tables' as definition
from pg_publication_namespace as r
inner join pg_publication as p on r.pnpubid = p.oid
where r.pnnspid = current_schema()::regnamespace

-- name: outside
-- What stands on the school's tables from other schemas, and keeps them from being changed.
select
    'table ' || quote_ident(c.relname) as object,
    'constraint from outside' as kind,
    format('%%I.%%I %%I', n.nspname, o.relname, k.conname) as name,
    '' as attribute,
    pg_get_constraintdef(k.oid, true) as definition
from pg_constraint as k
inner join pg_class as c on k.confrelid = c.oid
inner join pg_class as o on k.conrelid = o.oid
inner join pg_namespace as n on o.relnamespace = n.oid
where k.contype = 'f' and c.relnamespace = current_schema()::regnamespace and o.relnamespace <> c.relnamespace
union all
select
    'table ' || quote_ident(c.relname) as object,
    'child outside' as kind,
    format('%%I.%%I', n.nspname, o.relname) as name,
    '' as attribute,
    coalesce(pg_get_expr(o.relpartbound, o.oid), 'inherits') as definition
from pg_inherits as i
inner join pg_class as c on i.inhparent = c.oid
inner join pg_class as o on i.inhrelid = o.oid
inner join pg_namespace as n on o.relnamespace = n.oid
where
    c.relkind in ('r', 'p', 'f')
    and c.relnamespace = current_schema()::regnamespace
    and o.relnamespace <> c.relnamespace

-- name: beside_the_extensions
-- What no extension owns in the schema of the extensions, which is in every function's path. If that is `public`, tables
-- and types there may be somebody else's business: the school's names come first. Functions and operators are told even
-- so, because of all in the path the one whose arguments fit best is taken.
with extensions as (
    select
        n.oid,
        n.nspname
    from pg_extension as e
    inner join pg_namespace as n on e.extnamespace = n.oid
    where e.extname = 'pg_trgm'
),

others (class, oid, name) as (
    select
        'pg_proc'::regclass,
        p.oid,
        format('%%I(%%s)', p.proname, oidvectortypes(p.proargtypes))
    from pg_proc as p
    inner join extensions as e on p.pronamespace = e.oid
    union all
    select
        'pg_operator'::regclass,
        o.oid,
        format(
            '%%s(%%s)',
            o.oprname, concat_ws(',', format_type(nullif(o.oprleft, 0), null), format_type(o.oprright, null))
        )
    from pg_operator as o
    inner join extensions as e on o.oprnamespace = e.oid
    union all
    select
        'pg_class'::regclass,
        c.oid,
        quote_ident(c.relname)
    from pg_class as c
    inner join extensions as e on c.relnamespace = e.oid
    where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S') and e.nspname <> 'public'
    union all
    select
        'pg_type'::regclass,
        t.oid,
        quote_ident(t.typname)
    from pg_type as t
    inner join extensions as e on t.typnamespace = e.oid
    left join pg_class as c on t.typrelid = c.oid
    where
        (c.oid is null or c.relkind = 'c')
        and t.typtype <> 'm'
        and not exists (select from pg_type as a where a.typarray = t.oid)
        and e.nspname <> 'public'
)

select
    'extensions schema' as object,
    i.type as kind,
    o.name,
    '' as attribute,
    'owned by no extension' as definition
from others as o
cross join lateral pg_identify_object(o.class, o.oid, 0) as i
where
    not exists (
        select from pg_depend as d
        where d.classid = o.class and d.objid = o.oid and d.deptype = 'e'
    )
    -- a serial column's or an identity's sequence goes with its table
    and not exists (
        select from pg_depend as d
        where
            d.classid = o.class and d.objid = o.oid and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
    )

-- name: comments
with described (class, oid, part, object, name) as (
    select
        'pg_namespace'::regclass,
        n.oid,
        0,
        'schema',
        ''
    from pg_namespace as n
    where n.oid = current_schema()::regnamespace
    union all
    select
        'pg_class'::regclass,
        c.oid,
        0,
        k.word || ' ' || quote_ident(c.relname),
        ''
    from pg_class as c
    inner join (
        values
        ('r', 'table'), ('p', 'table'), ('f', 'foreign table'), ('v', 'view'), ('m', 'materialized view'),
        ('S', 'sequence'), ('i', 'index'), ('I', 'index')
    ) as k (relkind, word) on c.relkind::text = k.relkind
    where c.relnamespace = current_schema()::regnamespace and not c.relispartition
    union all
    select
        'pg_class'::regclass,
        c.oid,
        a.attnum,
        k.word || ' ' || quote_ident(c.relname),
        'column ' || quote_ident(a.attname)
    from pg_class as c
    inner join (
        values
        ('r', 'table'), ('p', 'table'), ('f', 'foreign table'), ('v', 'view'), ('m', 'materialized view'), ('c', 'type')
    ) as k (relkind, word) on c.relkind::text = k.relkind
    inner join pg_attribute as a on c.oid = a.attrelid
    where c.relnamespace = current_schema()::regnamespace and a.attnum > 0 and not c.relispartition
    union all
    select
        'pg_proc'::regclass,
        p.oid,
        0,
        case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end
        || format(' %%I(%%s)', p.proname, oidvectortypes(p.proargtypes)),
        ''
    from pg_proc as p
    where p.pronamespace = current_schema()::regnamespace
    union all
    select
        'pg_type'::regclass,
        t.oid,
        0,
        'type ' || quote_ident(t.typname),
        ''
    from pg_type as t
    where t.typnamespace = current_schema()::regnamespace
    union all
    select
        'pg_constraint'::regclass,
        k.oid,
        0,
        coalesce('table ' || quote_ident(c.relname), 'type ' || k.contypid::regtype::text),
        'constraint ' || quote_ident(k.conname)
    from pg_constraint as k
    left join pg_class as c on k.conrelid = c.oid
    where k.connamespace = current_schema()::regnamespace and not coalesce(c.relispartition, false)
    union all
    select
        'pg_trigger'::regclass,
        t.oid,
        0,
        case c.relkind when 'v' then 'view ' else 'table ' end || quote_ident(c.relname),
        'trigger ' || quote_ident(t.tgname)
    from pg_trigger as t
    inner join pg_class as c on t.tgrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and not c.relispartition
    union all
    select
        'pg_policy'::regclass,
        p.oid,
        0,
        'table ' || quote_ident(c.relname),
        'policy ' || quote_ident(p.polname)
    from pg_policy as p
    inner join pg_class as c on p.polrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and not c.relispartition
    union all
    select
        'pg_rewrite'::regclass,
        r.oid,
        0,
        'table ' || quote_ident(c.relname),
        'rule ' || quote_ident(r.rulename)
    from pg_rewrite as r
    inner join pg_class as c on r.ev_class = c.oid
    where c.relnamespace = current_schema()::regnamespace
    union all
    select
        'pg_statistic_ext'::regclass,
        s.oid,
        0,
        'table ' || s.stxrelid::regclass::text,
        'statistics ' || quote_ident(s.stxname)
    from pg_statistic_ext as s
    where s.stxnamespace = current_schema()::regnamespace
)

select
    o.object,
    'comment' as kind,
    o.name,
    '' as attribute,
    d.description as definition
from described as o
inner join pg_description as d on o.class = d.classoid and o.oid = d.objoid and o.part = d.objsubid
