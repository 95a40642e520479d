-- Every column of the school has a class in column_catalogue(), once, and there is no class for a column that is not there.
-- Partitions have their parent's columns. Exempt: the tables that record migrations.
with
columns as (
    select c.relname::text as table_name, a.attname::text as column_name
    from pg_class as c
    inner join pg_namespace as n on n.oid = c.relnamespace
    inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where
        n.nspname = current_schema()
        and c.relkind in ('r', 'p', 'm')
        and not c.relispartition
        and c.relname not in (
            '_yoyo_migration', '_yoyo_log', '_yoyo_version', 'yoyo_lock', 'schema_steps', 'schema_objects',
            'schema_history', 'schema_backfills'
        )
)

select
    coalesce(c.table_name, k.table_name) || '.' || coalesce(c.column_name, k.column_name) as object,
    case
        when c.column_name is null then 'is classified in column_catalogue() and does not exist'
        when count(k.column_name) = 0 then 'has no class in column_catalogue()'
        else 'has ' || count(k.column_name) || ' classes in column_catalogue()'
    end as finding
from columns as c
full join column_classes() as k on k.table_name = c.table_name and k.column_name = c.column_name
group by c.table_name, c.column_name, k.table_name, k.column_name
having c.column_name is null or count(k.column_name) <> 1
union all
select
    k.table_name || '.' || k.column_name as object,
    'has the unknown class ' || k.class as finding
from column_classes() as k
where k.class not in ('public', 'internal', 'personal', 'sensitive', 'secret')
order by 1, 2;
