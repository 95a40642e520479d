-- Queries of pgacademy.maintenance, as the owner or the service of a school.

-- name: maintenance_jobs
select
    j.job,
    j.is_batched,
    j.schedule
from maintenance_jobs() as j

-- name: due_jobs
select d.job from due_jobs() as d

-- name: begin_job
select begin_job(p_job => %(job)s)

-- name: end_job
select end_job(p_run_id => %(run_id)s, p_succeeded => %(succeeded)s, p_detail => %(detail)s)

-- name: run_job
select run_job(p_job => %(job)s)

-- name: begin_retirement
select
    r.archive_id,
    r.table_name,
    r.partition_name,
    r.is_attached
from begin_retirement() as r

-- name: finish_retirement
select finish_retirement(p_archive_id => %(archive_id)s)
