-- The triggers of the audit trail are those of their tables, note each column that the catalogue of columns does not call
-- unnoted, and redact what it calls sensitive or secret, and what erasure blanks: what they leave readable stays for years,
-- also of people who asked to be forgotten.
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
        f.function_name,
        f.prosrc,
        k.column_name,
        k.class = 'secret' or k.is_blanked as is_redacted,
        k.column_name = any(n.unnoted) as is_unnoted
    from noted as n
    inner join functions as f on f.function_name = n.function_name
    inner join column_classes() as k on k.table_name = n.table_name
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
    'is of no table that is in the audit trail by column_catalogue()' as finding
from functions as f
where not exists (select from noted as n where n.function_name = f.function_name)
union all
select
    c.function_name as object,
    'does not compare ' || c.column_name as finding
from columns as c
where
    not c.is_unnoted
    and strpos(c.prosrc, format('if old.%1$s is distinct from new.%1$s then', c.column_name)) = 0
union all
select
    c.function_name as object,
    'does not redact ' || c.column_name as finding
from columns as c
where c.is_redacted and c.prosrc ~ format('''%1$s'', ([a-z_]+[(])*(old|new)[.]%1$s[),]', c.column_name)
order by 1, 2;
