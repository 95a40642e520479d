-- Queries of pgacademy.verification; the school is first in the path.

-- name: may_use
select has_schema_privilege(%(role)s, %(school)s, 'usage')

-- name: may_read
-- Whether the journal has the views that others than the owner may read, and whether this role may.
select coalesce(has_table_privilege(to_regclass('schema_files'), 'select'), false)
