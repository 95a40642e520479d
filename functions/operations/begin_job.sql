-- begin_job: notes that a scheduled job has started; returns the run's id, for end_job.
--
-- Commit it before the work, in a transaction of its own, so that a run that dies is seen as one that never ended. Runs of
-- the same job are kept for 90 days: some come each minute.
--
-- called by  the back end's scheduler
-- requires   require_service
-- errors     PA403 not the service · PA422 no name, or a too long one
create or replace function begin_job(
    p_job text
)
returns uuid
language plpgsql
volatile
security definer -- writes job_runs, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_run_id uuid;
begin
    perform require_service();

    if p_job is null or length(p_job) not between 1 and 100 then
        raise exception 'a job has a name of 1 to 100 characters'
            using errcode = 'PA422',
                detail = format('length = %s', coalesce(length(p_job)::text, 'null')),
                hint = 'Use the name of the procedure it calls.';
    end if;

    delete from job_runs as j where j.job = p_job and j.started_at < now() - interval '90 days';

    insert into job_runs (job) values (p_job) returning id into v_run_id;

    return v_run_id;
end;
$$;

comment on function begin_job is 'Notes the start of a job; returns the id of the run.';
revoke all on function begin_job from public;
grant execute on function begin_job to pgacademy_service;
