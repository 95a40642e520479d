-- The triggers of the audit trail are those of their tables, note each column that the catalogue of columns does not call
-- unnoted and no other, and redact what it calls sensitive or secret, and what erasure blanks: what they leave readable stays
-- for years, also of people who asked to be forgotten. `make generate` writes them so.
with
noted as (
    select
        t.name as table_name,
        'audit_' || t.name as function_name,
        string_to_array(t.entry ->> 'unnoted', ' ') as unnoted
    from jsonb_each(column_catalogue()) as t (name, entry)
    where t.entry ? 'unnoted'
),

functions as (
    select p.oid, p.proname::text as function_name, p.prosrc
    from pg_proc as p
    where
        p.pronamespace = current_schema()::regnamespace
        and p.prorettype = 'trigger'::regtype
        and starts_with(p.proname::text, 'audit_')
),

triggers as (
    select t.tgname::text as trigger_name, c.relname::text as table_name, f.function_name
    from functions as f
    inner join pg_trigger as t on t.tgfoid = f.oid and not t.tgisinternal and t.tgparentid = 0
    inner join pg_class as c on c.oid = t.tgrelid
),

columns as (
    select
        n.function_name,
        f.prosrc,
        k.column_name,
        k.column_name = any(n.unnoted) as is_unnoted,
        case
            when k.class = 'secret' then '''[secret]'''
            when k.is_blanked then format('audited_presence(%%s.%s is not null)', k.column_name)
        end as redacted
    from noted as n
    inner join functions as f on f.function_name = n.function_name
    inner join column_classes() as k on k.table_name = n.table_name
),

compared as (
    select distinct f.function_name, m.names[1] as column_name
    from functions as f
    cross join lateral regexp_matches(f.prosrc, 'if old[.]([a-z0-9_]+) is distinct from new[.]\1 then', 'g') as m (names)
)

select
    t.trigger_name || ' on ' || t.table_name as object,
    'calls ' || t.function_name || ', which is another table''s' as finding
from triggers as t
where t.function_name <> 'audit_' || t.table_name
union all
select
    n.table_name as object,
    'is in the audit trail by column_catalogue(), and has no trigger ' || n.function_name as finding
from noted as n
where not exists (select from triggers as t where t.table_name = n.table_name and t.function_name = n.function_name)
union all
select
    f.function_name as object,
    'is of no table that is in the audit trail by column_catalogue(): write unnoted there, or remove its trigger and it' as finding
from functions as f
where not exists (select from noted as n where n.function_name = f.function_name)
union all
select
    n.table_name as object,
    'has no column ' || u.column_name || ', which column_catalogue() calls unnoted' as finding
from noted as n
cross join lateral unnest(n.unnoted) as u (column_name)
where not exists (
    select from column_classes() as k where k.table_name = n.table_name and k.column_name = u.column_name
)
union all
select
    coalesce(d.function_name, c.function_name) as object,
    case
        when c.function_name is null then 'compares ' || d.column_name || ', which is no column that is noted'
        else 'does not compare ' || c.column_name
    end as finding
from (select k.function_name, k.column_name from columns as k where not k.is_unnoted) as c
full join compared as d on d.function_name = c.function_name and d.column_name = c.column_name
where c.function_name is null or d.function_name is null
union all
select distinct
    c.function_name as object,
    'does not redact ' || c.column_name as finding
from columns as c
cross join (values ('old'), ('new')) as r (name)
where
    not c.is_unnoted
    and strpos(c.prosrc, format('%L, ' || c.redacted, c.column_name, r.name)) = 0
union all
select
    c.function_name as object,
    'names rows by ' || c.column_name as finding
from columns as c
where c.redacted is not null and c.prosrc ~ format('coalesce[(]new[.]%s[, ]', c.column_name)
order by 1, 2;
