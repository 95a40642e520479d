-- require_submission_staff: the caller, if they may grade this submission: staff of its course, and not its author.
--
-- called by  grade_submission, return_submission
-- requires   require_course_author, require_course_staff
-- errors     PA401 · PA403 not staff of the course; one's own work · PA404 no such submission
create or replace function require_submission_staff(
    p_submission_id uuid
)
returns uuid
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_actor_id uuid;
    v_submission exercise_submissions;
begin
    -- Whoever may not edit courses learns nothing about which submissions there are.
    v_actor_id := require_course_author();

    -- A draft is its author's alone: for anybody else it is not there.
    select s.* into v_submission from exercise_submissions as s where s.id = p_submission_id and s.status <> 'draft';

    if not found then
        raise exception 'there is no such submission'
            using errcode = 'PA404', detail = format('submission_id = %s', coalesce(p_submission_id::text, 'null')),
                hint = 'v_grading_queue lists what waits for a grade.';
    end if;

    perform require_course_staff(p_course_id => v_submission.course_id);

    if v_submission.user_id = v_actor_id then
        raise exception 'nobody grades themselves'
            using errcode = 'PA403', detail = format('submission_id = %s', p_submission_id),
                hint = 'Ask an administrator.';
    end if;

    return v_actor_id;
end;
$$;

comment on function require_submission_staff is 'Internal: the caller, who must be staff of a submission''s course and not its author.';
-- Granted to nobody: part of procedures.
revoke all on function require_submission_staff from public;
