-- Queries of pgacademy.verification; the school is first in the path.

-- name: may_use
select has_schema_privilege(%(role)s, %(school)s, 'usage')

-- name: lost
-- The tables without which the journal cannot be read, where there is a journal and they are not in it.
select t.name
from unnest(array['_yoyo_migration', 'schema_objects', 'schema_steps']) as t (name)
where
    to_regclass(t.name) is null
    and exists (
        select from pg_class as c
        where
            c.relnamespace = current_schema()::regnamespace
            and c.relname in ('_yoyo_migration', 'schema_objects', 'schema_steps', 'schema_history')
    )
order by t.name

-- name: may_read
-- Whether the journal has the views that others than the owner may read, and whether this role may.
select coalesce(
    has_table_privilege(to_regclass('schema_files'), 'select')
    and has_table_privilege(to_regclass('schema_journal'), 'select'),
    false
)
