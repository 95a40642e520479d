-- Queries of pgacademy.registry and pgacademy.lifecycle. Those that end in a column "statement" return the statements to
-- run, in order.

-- name: schools
-- Every school of this database, from the catalogue alone: a schema that belongs to <name>_owner and says in its
-- comment, or by the journal in it, that it is a school. A comment is not enough: whoever owns a schema may write one.
select
    n.nspname::text as name,
    pg_get_userbyid(n.nspowner)::text as owner,
    coalesce(obj_description(n.oid, 'pg_namespace'), '') as comment
from pg_namespace as n
where
    pg_get_userbyid(n.nspowner)::text = n.nspname || '_owner'
    and (
        obj_description(n.oid, 'pg_namespace') ~ '^pgacademy( [0-9]+[.][0-9]+[.][^ :]+)?: '
        or 2 = (
            select count(*)
            from pg_class as c
            where c.relnamespace = n.oid and c.relname in ('_yoyo_migration', 'schema_objects') and c.relkind = 'r'
        )
    )
order by n.nspname

-- name: size
-- Bytes on disk, indexes and what is kept out of line included.
select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where n.nspname = %(school)s and c.relkind in ('r', 'm')

-- name: journal
-- How many migrations are applied, and when anything was last: as the owner, the school first in the path.
select
    (select count(*) from _yoyo_migration),
    greatest(
        (select max(m.applied_at_utc) at time zone 'UTC' from _yoyo_migration as m),
        (select max(o.applied_at) from schema_objects as o)
    )

-- name: free_connections
-- How many more this server takes from a login that is no superuser.
select
    current_setting('max_connections')::integer
    - current_setting('superuser_reserved_connections')::integer
    - coalesce(current_setting('reserved_connections', true)::integer, 0)
    - (select count(*)::integer from pg_stat_activity as a where a.backend_type = 'client backend')

-- name: holdings
-- How many tables, and how many rows as the planner counts them.
select
    count(*),
    coalesce(sum(greatest(c.reltuples, 0)) filter (where c.relkind = 'r'), 0)::bigint
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where n.nspname = %(school)s and c.relkind in ('r', 'p')

-- name: people
select count(*) from users

-- name: tables_to_lock
-- The school's tables, and how many sessions hold each now.
select
    c.relname::text as name,
    count(l.pid) as holders,
    format('lock table %%I.%%I in access exclusive mode', n.nspname, c.relname) as statement
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
left join pg_locks as l
    on
        c.oid = l.relation
        and l.locktype = 'relation'
        and l.database = (select d.oid from pg_database as d where d.datname = current_database())
        and l.granted
        and l.pid <> pg_backend_pid()
where n.nspname = %(school)s and c.relkind in ('r', 'p')
group by c.oid, n.nspname, c.relname
order by c.relispartition, c.relname

-- name: lock_budget
-- Milliseconds: half of what a session waits before it looks for a deadlock, so that those who wait for us never
-- find one, because we have given up by then.
select least(400, extract(epoch from current_setting('deadlock_timeout')::interval) * 500)::integer

-- name: set_lock_timeout
select set_config('lock_timeout', %(value)s, true)

-- name: set_path
select set_config('search_path', %(path)s, true)

-- name: paths
-- The search paths that the school's functions are pinned to, if they name it, and what each becomes. Plain names
-- only, quoted or not: a school cannot be called anything else.
select distinct
    s.path,
    regexp_replace(
        s.path, '(^|,\s*)"?' || %(old)s || '"?(?=\s*(,|$))', '\1' || quote_ident(%(new)s), 'g'
    ) as new_path
from pg_proc as p
inner join pg_namespace as n on p.pronamespace = n.oid
cross join lateral unnest(p.proconfig) as c (setting)
cross join lateral (select substr(c.setting, 13) as path where c.setting like 'search_path=%%') as s
where n.nspname = %(school)s and s.path ~ ('(^|,\s*)"?' || %(old)s || '"?(?=\s*(,|$))')

-- name: repin
select format('alter routine %%s set search_path from current', p.oid::regprocedure) as statement
from pg_proc as p
inner join pg_namespace as n on p.pronamespace = n.oid
where n.nspname = %(school)s and 'search_path=' || %(path)s = any(p.proconfig)
order by p.oid

-- name: pinned_elsewhere
-- Functions outside the school that name it in their path: somebody else's, who has to change them.
select format('alter routine %%s set search_path to …', p.oid::regprocedure)
from pg_proc as p
inner join pg_namespace as n on p.pronamespace = n.oid
cross join lateral unnest(p.proconfig) as c (setting)
where
    n.nspname <> %(school)s
    and c.setting ~ ('^search_path=(.*,\s*)?"?' || %(old)s || '"?\s*(,|$)')
order by p.oid

-- name: role_settings
-- Settings of logins, for this database or for all, that name the school or one of its roles.
select
    case when s.setrole = 0 then 'database' else 'role' end as kind,
    case when s.setrole = 0 then current_database() else pg_get_userbyid(s.setrole) end::text as name,
    s.setdatabase <> 0 and s.setrole <> 0 as in_database,
    split_part(c.setting, '=', 1) as setting,
    case
        when c.setting like 'role=%%' then %(new)s || substr(c.setting, 6 + length(%(old)s))
        else regexp_replace(
            substr(c.setting, 13), '(^|,\s*)"?' || %(old)s || '"?(?=\s*(,|$))', '\1' || quote_ident(%(new)s), 'g'
        )
    end as value
from pg_db_role_setting as s
cross join lateral unnest(s.setconfig) as c (setting)
where
    (s.setdatabase = 0 or s.setdatabase = (select d.oid from pg_database as d where d.datname = current_database()))
    and (
        c.setting ~ ('^search_path=(.*,\s*)?"?' || %(old)s || '"?\s*(,|$)')
        or c.setting in (select 'role=' || r.role from unnest(%(roles)s::text[]) as r (role))
    )
order by 1, 2, 4

-- name: existing_roles
select r.rolname::text
from pg_roles as r
where r.rolname = any(%(roles)s)

-- name: unmovable_roles
-- Those of the roles that this login may not rename: from 16 on that takes ADMIN on each.
select r.rolname::text
from pg_roles as r
cross join (select m.rolsuper, m.rolcreaterole from pg_roles as m where m.rolname = session_user) as me
where
    r.rolname = any(%(roles)s)
    and not me.rolsuper
    and not (
        me.rolcreaterole
        and (
            current_setting('server_version_num')::integer < 160000
            or pg_has_role(session_user, r.oid, 'member with admin option')
        )
    )

-- name: used_elsewhere
-- Where else in the cluster the roles own or are granted something: other databases, and what all databases share.
-- (Memberships are not such a thing; who granted one is noted here from 16 on.)
select
    r.rolname::text,
    coalesce(d.datname, 'the cluster')::text
from pg_shdepend as s
inner join pg_roles as r on s.refobjid = r.oid
left join pg_database as d on d.oid = case when s.classid = 'pg_database'::regclass then s.objid else s.dbid end
where
    s.refclassid = 'pg_authid'::regclass
    and r.rolname = any(%(roles)s)
    and s.classid <> 'pg_auth_members'::regclass
    and d.datname is distinct from current_database()
group by 1, 2
order by 1, 2

-- name: used_here
-- What in this database, or about it, still names the role.
select pg_describe_object(s.classid, s.objid, s.objsubid)
from pg_shdepend as s
inner join pg_roles as r on s.refobjid = r.oid
where
    s.refclassid = 'pg_authid'::regclass
    and r.rolname = %(role)s
    and (
        s.dbid = (select d.oid from pg_database as d where d.datname = current_database())
        or (s.dbid = 0 and s.classid = 'pg_database'::regclass)
    )
order by 1

-- name: members
-- Who is a member of the roles, but for who may only administer them (from 16 on, their maker).
select
    r.rolname::text,
    u.rolname::text,
    bool_or(m.admin_option),
    bool_or((to_jsonb(m) ->> 'inherit_option')::boolean),
    bool_or((to_jsonb(m) ->> 'set_option')::boolean)
from pg_auth_members as m
inner join pg_roles as r on m.roleid = r.oid
inner join pg_roles as u on m.member = u.oid
where
    r.rolname = any(%(roles)s)
    and u.rolname <> session_user
    and (
        not m.admin_option
        or coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true)
        or coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)
    )
group by 1, 2
order by 1, 2

-- name: may_create_schemas
select has_database_privilege(%(role)s, current_database(), 'create')

-- name: relations
-- How many locks dropping the school takes, and how many the server has room for.
select
    (
        select count(*)
        from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        where n.nspname = %(school)s
    ),
    current_setting('max_locks_per_transaction')::integer
    * (current_setting('max_connections')::integer + current_setting('max_prepared_transactions')::integer)

-- name: tables_to_drop
-- Partitions first: dropping their parent first would take all of them at once.
select format('drop table if exists %%I.%%I cascade', n.nspname, c.relname) as statement
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where n.nspname = %(school)s and c.relkind in ('r', 'p')
order by c.relispartition desc, c.oid desc
limit %(limit)s

-- name: dependents_outside
-- What is not the school's and would be dropped, or broken, with it: views, foreign keys, columns of its types, casts,
-- partitions of its tables, extensions in its schema. An edge out of the school is enough; what lies behind it follows.
with school as materialized (
    select n.oid from pg_namespace as n where n.nspname = %(school)s
),

owned (classid, objid) as materialized (
    select 'pg_namespace'::regclass::oid, s.oid from school as s
    union all
    select 'pg_class'::regclass, c.oid from pg_class as c where c.relnamespace = (select s.oid from school as s)
    union all
    select 'pg_proc'::regclass, p.oid from pg_proc as p where p.pronamespace = (select s.oid from school as s)
    union all
    select 'pg_type'::regclass, t.oid from pg_type as t where t.typnamespace = (select s.oid from school as s)
    union all
    select 'pg_constraint'::regclass, c.oid
    from pg_constraint as c where c.connamespace = (select s.oid from school as s)
    union all
    select 'pg_operator'::regclass, o.oid from pg_operator as o where o.oprnamespace = (select s.oid from school as s)
    union all
    select 'pg_opclass'::regclass, o.oid from pg_opclass as o where o.opcnamespace = (select s.oid from school as s)
    union all
    select 'pg_opfamily'::regclass, o.oid from pg_opfamily as o where o.opfnamespace = (select s.oid from school as s)
    union all
    select 'pg_collation'::regclass, c.oid
    from pg_collation as c where c.collnamespace = (select s.oid from school as s)
    union all
    select 'pg_conversion'::regclass, c.oid
    from pg_conversion as c where c.connamespace = (select s.oid from school as s)
    union all
    select 'pg_statistic_ext'::regclass, e.oid
    from pg_statistic_ext as e where e.stxnamespace = (select s.oid from school as s)
    union all
    select 'pg_ts_config'::regclass, t.oid
    from pg_ts_config as t where t.cfgnamespace = (select s.oid from school as s)
    union all
    select 'pg_ts_dict'::regclass, t.oid from pg_ts_dict as t where t.dictnamespace = (select s.oid from school as s)
    union all
    select 'pg_ts_parser'::regclass, t.oid
    from pg_ts_parser as t where t.prsnamespace = (select s.oid from school as s)
    union all
    select 'pg_ts_template'::regclass, t.oid
    from pg_ts_template as t where t.tmplnamespace = (select s.oid from school as s)
),

dependents as (
    select distinct
        d.classid,
        d.objid,
        -- rules, triggers, policies and defaults belong where their table is
        case when coalesce(r.ev_class, t.tgrelid, p.polrelid, a.adrelid) is not null then 'pg_class'::regclass::oid
            else d.classid
        end as home_classid,
        coalesce(r.ev_class, t.tgrelid, p.polrelid, a.adrelid, d.objid) as home_objid
    from owned as o
    inner join pg_depend as d on o.classid = d.refclassid and o.objid = d.refobjid
    left join pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
    left join pg_trigger as t on d.classid = 'pg_trigger'::regclass and d.objid = t.oid
    left join pg_policy as p on d.classid = 'pg_policy'::regclass and d.objid = p.oid
    left join pg_attrdef as a on d.classid = 'pg_attrdef'::regclass and d.objid = a.oid
    where
        (
            d.deptype = 'n'
            or (d.deptype in ('a', 'i', 'P', 'S') and d.classid = 'pg_class'::regclass)
        )
        and not coalesce(t.tgisinternal, false) -- goes with its foreign key, which is looked at itself
        and d.classid not in (
            'pg_default_acl'::regclass, 'pg_amop'::regclass, 'pg_amproc'::regclass, 'pg_publication_rel'::regclass,
            'pg_publication_namespace'::regclass
        )
)

select distinct pg_describe_object(d.home_classid, d.home_objid, 0)
from dependents as d
left join pg_class as c on d.home_classid = 'pg_class'::regclass and d.home_objid = c.oid
where
    not exists (select from owned as o where o.classid = d.home_classid and o.objid = d.home_objid)
    and coalesce(c.relnamespace <> 'pg_toast'::regnamespace, true)
order by 1
