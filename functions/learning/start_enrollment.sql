-- start_enrollment: a new enrolment begins with none of the course's lessons done.
--
-- called by  before-insert trigger on enrollments
-- requires   course_leaf_lessons
-- errors     none
create or replace function start_enrollment()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    -- apply_enrollment holds course_stats, so no lesson comes or goes before the row is there.
    new.completed_lessons_count := 0;
    new.progress_percentage := 0;
    new.total_lessons_count := (select count(*) from course_leaf_lessons(p_course_id => new.course_id));
    return new;
end;
$$;

comment on function start_enrollment is 'Trigger: a new enrolment knows how many lessons there are.';
revoke all on function start_enrollment from public;
-- Granted to nobody: a trigger needs no EXECUTE.
