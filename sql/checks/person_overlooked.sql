-- What hangs on a person is a person's in column_catalogue(), so that export and erasure come by: a column user_id or
-- author_id, or a foreign key to users under these names. (Who only acted, as graded_by says, is nobody the row is about.)
-- What erasure blanks is guarded against being written while it goes on, or the catalogue says why it need not be; and
-- has something to become where the column takes no null. Partitions have their parent's triggers.
with
tables as (
    select
        c.oid,
        c.relname::text as table_name,
        column_catalogue() -> c.relname::text as entry
    from pg_class as c
    inner join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relkind in ('r', 'p', 'm') and not c.relispartition
)

select
    t.table_name as object,
    'has rows of people, and column_catalogue() does not say which' as finding
from tables as t
where
    not coalesce(t.entry ? 'person', false)
    and exists (
        select
        from pg_attribute as a
        where a.attrelid = t.oid and a.attname in ('user_id', 'author_id') and not a.attisdropped
    )
union all
select
    t.table_name as object,
    'can be written while its person is erased: it has no trigger refuse_erased_… and is not called unguarded' as finding
from tables as t
where
    t.entry ? 'person'
    and not t.entry ? 'unguarded'
    and (
        t.entry ->> 'erased' = 'delete'
        or (select b.columns from blanked_columns(p_table_name => t.table_name) as b) is not null
    )
    and not exists (
        select
        from pg_trigger as g
        inner join pg_proc as p on p.oid = g.tgfoid
        where g.tgrelid = t.oid and p.proname in ('refuse_erased_user', 'refuse_erased_author', 'refuse_erased_owner')
    )
union all
select
    t.table_name || '.' || k.column_name as object,
    'takes no null, and column_catalogue() does not say what erasure blanks it to' as finding
from tables as t
inner join column_classes() as k on k.table_name = t.table_name and k.is_blanked
inner join pg_attribute as a on a.attrelid = t.oid and a.attname = k.column_name
where
    t.entry ? 'person'
    and coalesce(t.entry ->> 'erased', '') <> 'delete'
    and a.attnotnull
    and a.attgenerated = ''
    and jsonb_typeof(t.entry -> 'erased_as' -> k.column_name) is null
order by 1, 2;
