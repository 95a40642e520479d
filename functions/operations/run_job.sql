-- run_job: does one job of maintenance_jobs() once; returns its number: what it did.
--
-- called by  `pgacademy maintain`; pg_cron
-- requires   maintenance_jobs
-- errors     PA404 no such job; and those of the job
create or replace function run_job(
    p_job text
)
returns bigint
language plpgsql
volatile
security invoker -- the jobs are the service's own procedures
set search_path from current
as $$
#variable_conflict use_column
declare
    v_call text;
    v_count bigint;
begin
    select j.call into v_call from maintenance_jobs() as j where j.job = p_job;

    if not found then
        raise exception 'no such job'
            using errcode = 'PA404', detail = format('job = %s', coalesce(left(p_job, 100), 'null')),
                hint = 'maintenance_jobs() lists them.';
    end if;

    execute format('select %s', v_call) into v_count;
    return v_count;
end;
$$;

comment on function run_job is 'Does one maintenance job once; returns what it did, as a number.';
revoke all on function run_job from public;
grant execute on function run_job to pgacademy_service;
