-- Queries of pgacademy.standing; the school is first in the path.

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
    f.sha256,
    f.text
from schema_files as f
