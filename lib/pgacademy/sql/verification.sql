-- Queries of pgacademy.verification; the school is first in the path.

-- name: may_use
select has_schema_privilege(%(role)s, %(school)s, 'usage')

-- name: may_read
-- Whether the journal has the views that others than the owner may read, and whether this role may.
select coalesce(has_table_privilege(to_regclass('schema_files'), 'select'), false)

-- name: steps
select
    j.migration_id,
    j.sha256,
    j.is_done
from schema_journal as j
order by j.is_done desc, j.applied_at_utc, j.migration_id

-- name: files
select
    f.kind,
    f.name,
    f.sha256
from schema_files as f
