-- calculate_progress: how far an enrolment is. counted_progress is the same for a whole course; a test holds them equal.
--
-- Both numbers and the percentage come from the same set, course_leaf_lessons: optional lessons, chapters and hidden lessons
-- count on neither side. A course without lessons is at 0 %. Inlined into the calling query; bound when it is created.
--
-- called by  advance_enrollments, apply_enrollment
-- requires   course_leaf_lessons
-- errors     none; an unknown enrolment has done 0 of 0
-- requires: course_leaf_lessons
create or replace function calculate_progress(
    p_enrollment_id uuid
)
returns table (completed_lessons integer, total_lessons integer, progress_percentage numeric)
language sql
stable
security invoker
begin atomic
    select
        count(p.id)::integer,
        count(*)::integer,
        coalesce(round(100.0 * count(p.id) / nullif(count(*), 0), 2), 0)
    from enrollments as e
    cross join lateral course_leaf_lessons(p_course_id => e.course_id) as l
    left join lesson_progress as p
        on p.enrollment_id = e.id and p.lesson_id = l.lesson_id and p.status = 'completed'
    where e.id = p_enrollment_id;
end;

comment on function calculate_progress is 'Lessons done, lessons that count, and the percentage, of one enrolment.';
-- Granted to nobody: learners read the result in enrollments.
revoke all on function calculate_progress from public;
