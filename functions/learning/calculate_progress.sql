-- calculate_progress: how far an enrolment is. See progress_of_enrollments.
--
-- Inlined into the calling query; bound when it is created.
--
-- called by  apply_enrollment
-- requires   progress_of_enrollments
-- errors     none; an unknown enrolment has no row
-- requires: progress_of_enrollments
create or replace function calculate_progress(
    p_enrollment_id uuid
)
returns table (completed_lessons integer, total_lessons integer, progress_percentage numeric)
language sql
stable
security invoker
begin atomic
    select p.completed_lessons, p.total_lessons, p.progress_percentage
    from progress_of_enrollments(p_enrollment_ids => array[p_enrollment_id]) as p;
end;

comment on function calculate_progress is 'Lessons done, lessons that count, and the percentage, of one enrolment.';
-- Granted to nobody: learners read the result in enrollments.
revoke all on function calculate_progress from public;
