-- return_submission: staff give a submission back, to be done again. It has no grade, and does not count as an attempt.
--
-- called by  approved instructors, administrators
-- requires   require_submission_staff, lock_attempts_of
-- errors     PA401 · PA403 not staff of the course; one's own work · PA404 no such submission · PA409 it waits for no grade ·
--            PA422 no feedback · 23514 feedback too long
create or replace function return_submission(
    p_submission_id uuid,
    p_feedback text
)
returns void
language plpgsql
volatile
security definer -- writes exercise_submissions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_actor_id uuid := require_submission_staff(p_submission_id => p_submission_id);
    v_status text;
begin
    if p_feedback is null or p_feedback !~ '[^[:space:]]' then
        raise exception 'a learner is told what to do better'
            using errcode = 'PA422', detail = 'feedback is empty', hint = 'Pass 1 to 20000 characters.';
    end if;

    -- Under the enrolment attempts are counted, and this changes how many there are.
    perform lock_attempts_of(
        p_enrollment_id => (select s.enrollment_id from exercise_submissions as s where s.id = p_submission_id),
        p_is_visit => false
    );

    -- A new statement, after the lock.
    select s.status into v_status from exercise_submissions as s where s.id = p_submission_id for no key update;

    if v_status <> 'submitted' then
        raise exception 'this submission waits for no grade'
            using errcode = 'PA409', detail = format('submission_id = %s, status = %s', p_submission_id, v_status),
                hint = 'One that was graded can be graded anew, with a reason.';
    end if;

    update exercise_submissions as s
    set status = 'returned', graded_at = clock_timestamp(), graded_by = v_actor_id, feedback = p_feedback
    where s.id = p_submission_id;
end;
$$;

comment on function return_submission is 'Gives a submission back to be done again, without a grade.';
revoke all on function return_submission from public;
grant execute on function return_submission to pgacademy_instructor, pgacademy_admin;
