-- next_lesson: the lesson a learner should do next, or null when there is none left. See next_lessons.
--
-- called by  refresh_course_progress, apply_enrollment, apply_completion, resume_lesson
-- requires   next_lessons
-- errors     none; an unknown enrolment has no next lesson
create or replace function next_lesson(
    p_enrollment_id uuid
)
returns uuid
language plpgsql -- keeps its plan; an SQL function of this kind is planned with every call before PostgreSQL 18
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return (select n.lesson_id from next_lessons(p_enrollment_ids => array[p_enrollment_id]) as n);
end;
$$;

comment on function next_lesson is 'The next lesson of an enrolment in the order of the outline; null when none is left.';
-- Granted to nobody: learners call resume_lesson.
revoke all on function next_lesson from public;
