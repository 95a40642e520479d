-- due_jobs: the jobs whose time has come: never begun, or not within their interval.
--
-- What counts is when a job last succeeded, or began if it may still be at work: a daily one that has not ended after an hour
-- has died. One that failed is due at once.
--
-- called by  `pgacademy maintain`
-- requires   maintenance_jobs, require_moment, require_service
-- errors     PA403 not the service · PA422 a moment in the future
create or replace function due_jobs(
    p_as_of timestamptz default null
)
returns table (job text, is_batched boolean, last_started_at timestamptz)
language plpgsql
stable
security definer -- reads job_runs, which the service may not read
set search_path from current
as $$
#variable_conflict use_column
declare
    v_as_of timestamptz;
begin
    perform require_service();
    v_as_of := require_moment(p_at => p_as_of);

    return query
    select j.job, j.is_batched, r.started_at
    from maintenance_jobs() with ordinality as j (job, every, schedule, is_batched, call, place)
    left join lateral (
        select max(x.started_at) as started_at
        from job_runs as x
        where
            x.job = j.job
            and (x.status = 'succeeded' or (x.status = 'running' and x.started_at > v_as_of - interval '1 hour'))
    ) as r on true
    -- A clock that comes round each minute is not put off by the second it was late, nor moves the hour of a daily job.
    where coalesce(r.started_at <= v_as_of - j.every + least(j.every * 0.05, interval '30 seconds'), true)
    order by j.place;
end;
$$;

comment on function due_jobs is 'The jobs whose time has come, in the order to do them.';
revoke all on function due_jobs from public;
grant execute on function due_jobs to pgacademy_service;
