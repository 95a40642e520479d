-- start_exercise: the calling learner begins an exercise, or goes on with the draft that is open.
--
-- Needed where there is a time limit; elsewhere a place to keep a draft. The deadline is decided here, by the server's clock, and
-- never moves. A draft whose time is over is handed in as it was saved, and the next one begins.
--
-- deadline_at is the end of the time limit or the due date, whichever comes first; null for neither. attempts_left is null
-- where there is no limit. server_time is for clocks that count down.
--
-- called by  learners
-- requires   require_user, open_exercise, note_access, grace_time, add_submission, used_attempts
-- errors     PA401, PA403 from require_user · PA404 no such exercise, or not published · PA409 not enrolled, enrolment not open,
--            a hidden lesson, lessons before it not done, after the due date, no attempt left
create or replace function start_exercise(
    p_exercise_id uuid
)
returns table (
    submission_id uuid,
    attempt_number integer,
    attempts_left integer,
    is_resumed boolean,
    started_at timestamptz,
    deadline_at timestamptz,
    server_time timestamptz,
    content jsonb,
    files jsonb
)
language plpgsql
volatile
security definer -- writes exercise_submissions, which no learner may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_exercise exercises := open_exercise(p_user_id => v_user_id, p_exercise_id => p_exercise_id);
    v_draft exercise_submissions;
begin
    select s.* into v_draft
    from exercise_submissions as s
    where s.user_id = v_user_id and s.exercise_id = p_exercise_id and s.status = 'draft'
    for no key update;

    is_resumed := found;

    -- Before the time of a new draft begins: waiting costs nobody their time.
    perform note_access(p_enrollment_id => e.id)
    from enrollments as e
    where e.user_id = v_user_id and e.course_id = v_exercise.course_id;

    if is_resumed and clock_timestamp() > v_draft.deadline_at + grace_time() then
        update exercise_submissions as s
        set status = 'submitted', submitted_at = s.deadline_at, closed_by = 'deadline'
        where s.id = v_draft.id;
        is_resumed := false;
    end if;

    if not is_resumed then
        v_draft := add_submission(p_exercise => v_exercise, p_user_id => v_user_id, p_is_draft => true);
    end if;

    submission_id := v_draft.id;
    attempt_number := v_draft.attempt_number;
    attempts_left := greatest(
        0,
        v_exercise.attempts_allowed
        - used_attempts(p_enrollment_id => v_draft.enrollment_id, p_exercise_id => p_exercise_id)
    );
    started_at := v_draft.started_at;
    deadline_at := least(v_draft.deadline_at, v_exercise.due_at);
    server_time := clock_timestamp();
    content := v_draft.content;
    files := v_draft.files;
    return next;
end;
$$;

comment on function start_exercise is 'The calling learner begins an exercise, or goes on with their draft.';
revoke all on function start_exercise from public;
grant execute on function start_exercise to pgacademy_student;
