-- drop_course: the caller leaves a course. Their progress is kept for when they come back with enroll.
--
-- called by  learners
-- requires   require_user, apply_drop
-- errors     PA401, PA403 from require_user · PA404 not enrolled · PA409 the course is completed
create or replace function drop_course(
    p_course_id uuid
)
returns table (enrollment_id uuid, status text, dropped_at timestamptz)
language plpgsql
volatile
security definer -- writes enrollments, which no learner may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
begin
    return query
    select d.*
    from apply_drop(p_user_id => v_user_id, p_course_id => p_course_id, p_at => now()) as d;
end;
$$;

comment on function drop_course is 'The calling learner leaves a course; progress is kept.';
revoke all on function drop_course from public;
grant execute on function drop_course to pgacademy_student;
