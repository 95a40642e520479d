-- start_lesson: the caller begins a lesson. From now on the time they report with complete_lesson counts.
--
-- It begins by the clock: in a transaction begun long ago no time was spent. Calling it again changes nothing but where
-- the learner is; a completed lesson stays completed.
--
-- called by  learners
-- requires   require_user, apply_start, note_access
-- errors     PA401, PA403 from require_user · PA404 no such lesson · PA409 not enrolled, enrolment not open, a chapter
--            or hidden lesson, lessons before it not done
create or replace function start_lesson(
    p_lesson_id uuid
)
returns table (
    lesson_progress_id uuid,
    enrollment_id uuid,
    course_id uuid,
    status text,
    started_at timestamptz,
    completed_at timestamptz
)
language plpgsql
volatile
security definer -- writes lesson_progress, where learners may write nothing but their notes
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
begin
    select s.*
    into lesson_progress_id, enrollment_id, course_id, status, started_at, completed_at
    from apply_start(
        p_user_id => v_user_id, p_lesson_id => p_lesson_id, p_at => clock_timestamp(), p_by_learner => true
    ) as s;

    perform note_access(p_enrollment_id => enrollment_id);
    return next;
end;
$$;

comment on function start_lesson is 'The calling learner begins a lesson.';
revoke all on function start_lesson from public;
grant execute on function start_lesson to pgacademy_student;
