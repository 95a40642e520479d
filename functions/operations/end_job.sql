-- end_job: notes how a job run ended. A run ends once; saying the same again changes nothing.
--
-- called by  the back end's scheduler
-- requires   require_service
-- errors     PA403 not the service · PA404 no such run · PA409 it ended the other way · PA422 no outcome, or a detail that is
--            not an object of at most 100,000 characters
create or replace function end_job(
    p_run_id uuid,
    p_succeeded boolean default true,
    p_detail jsonb default '{}'
)
returns void
language plpgsql
volatile
security definer -- writes job_runs, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_new_status text := case when p_succeeded then 'succeeded' else 'failed' end;
    v_status text;
begin
    perform require_service();

    if p_succeeded is null or p_detail is null or jsonb_typeof(p_detail) <> 'object' or length(p_detail::text) > 100000 then
        raise exception 'a run ends with true or false and a JSON object'
            using errcode = 'PA422',
                detail = format(
                    'succeeded = %s, detail is %s', coalesce(p_succeeded::text, 'null'), coalesce(jsonb_typeof(p_detail), 'null')
                ),
                hint = 'Pass an object of counts, or of the error, of at most 100,000 characters.';
    end if;

    select j.status into v_status from job_runs as j where j.id = p_run_id for update;

    if not found then
        raise exception 'no such job run'
            using errcode = 'PA404',
                detail = format('run = %s', coalesce(p_run_id::text, 'null')),
                hint = 'Pass the id that begin_job returned.';
    end if;

    if v_status not in ('running', v_new_status) then
        raise exception 'this run has ended already'
            using errcode = 'PA409',
                detail = format('run = %s, status = %s', p_run_id, v_status),
                hint = 'Begin a new run.';
    end if;

    update job_runs as j
    set status = v_new_status, finished_at = clock_timestamp(), detail = p_detail
    where j.id = p_run_id and j.status = 'running';
end;
$$;

comment on function end_job is 'Notes the outcome of a job run.';
revoke all on function end_job from public;
grant execute on function end_job to pgacademy_service;
