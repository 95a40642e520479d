-- add_submission: a new row for work on an exercise, with the next number; refused where no attempt is left.
--
-- called by  start_exercise, submit_exercise, after open_exercise
-- requires   used_attempts
-- errors     PA409 no attempt left · PA422 content or files, with the path (triggers)
create or replace function add_submission(
    p_exercise exercises,
    p_user_id uuid,
    p_is_draft boolean,
    p_content jsonb default '{}',
    p_files jsonb default '[]'
)
returns exercise_submissions
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    -- Waiting costs nobody their time.
    v_at constant timestamptz := clock_timestamp();
    v_enrollment_id uuid;
    v_submission exercise_submissions;
begin
    select e.id into v_enrollment_id
    from enrollments as e
    where e.user_id = p_user_id and e.course_id = (p_exercise).course_id;

    if
        used_attempts(p_enrollment_id => v_enrollment_id, p_exercise_id => (p_exercise).id)
        >= (p_exercise).attempts_allowed
    then
        raise exception 'no attempt is left'
            using errcode = 'PA409',
                detail = format('exercise_id = %s, attempts = %s', (p_exercise).id, (p_exercise).attempts_allowed),
                hint = 'The instructor can allow more attempts.';
    end if;

    insert into exercise_submissions as s (
        enrollment_id, user_id, course_id, exercise_id, attempt_number, status, started_at, deadline_at, content, files,
        submitted_at, closed_by
    )
    select
        v_enrollment_id, p_user_id, (p_exercise).course_id, (p_exercise).id, coalesce(max(t.attempt_number), 0) + 1,
        case when p_is_draft then 'draft' else 'submitted' end, v_at,
        case when p_is_draft then v_at + make_interval(mins => (p_exercise).time_limit_minutes) end, p_content, p_files,
        case when not p_is_draft then v_at end, case when not p_is_draft then 'learner' end
    from exercise_submissions as t
    where t.enrollment_id = v_enrollment_id and t.exercise_id = (p_exercise).id
    returning s.* into v_submission;

    return v_submission;
end;
$$;

comment on function add_submission is 'Internal: a new row for work on an exercise, numbered; refused where no attempt is left.';
-- Granted to nobody: part of procedures.
revoke all on function add_submission from public;
