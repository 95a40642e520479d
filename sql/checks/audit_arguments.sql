-- The triggers of the audit trail redact what the catalogue of columns calls sensitive or secret, and what erasure blanks:
-- what they leave readable stays for years, also of people who asked to be forgotten.
with
triggers as (
    select
        c.oid,
        c.relname::text as table_name,
        t.tgname::text as trigger_name,
        string_to_array(encode(t.tgargs, 'escape'), E'\\000') as arguments
    from pg_class as c
    inner join pg_namespace as n on n.oid = c.relnamespace
    inner join pg_trigger as t on t.tgrelid = c.oid and not t.tgisinternal
    inner join pg_proc as p on p.oid = t.tgfoid
    where n.nspname = current_schema() and p.pronamespace = n.oid and p.proname = 'audit_row'
),

lists as (
    select
        t.table_name,
        t.trigger_name,
        t.arguments[1] as named_table,
        t.arguments[4]::text[] as sensitive,
        t.arguments[5]::text[] as secret
    from triggers as t
)

select
    l.trigger_name || ' on ' || l.table_name as object,
    'names the table ' || l.named_table as finding
from lists as l
where l.named_table <> l.table_name
union all
select
    l.trigger_name || ' on ' || l.table_name as object,
    'does not redact ' || k.column_name || ', which is ' || k.class as finding
from lists as l
inner join column_classes() as k on k.table_name = l.table_name
where
    (k.class = 'secret' and k.column_name <> all(l.secret))
    or (k.class <> 'secret' and k.is_blanked and k.column_name <> all(l.sensitive))
union all
select
    l.trigger_name || ' on ' || l.table_name as object,
    'redacts ' || s.column_name || ', which is no column' as finding
from lists as l
cross join lateral unnest(l.sensitive || l.secret) as s (column_name)
where not exists (
    select from column_classes() as k where k.table_name = l.table_name and k.column_name = s.column_name
)
order by 1, 2;
