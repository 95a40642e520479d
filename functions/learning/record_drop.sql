-- record_drop: a learner left a course, as told by the back end or an import.
--
-- called by  back-end jobs and imports
-- requires   require_service, require_moment, apply_drop
-- errors     PA403 not the service · PA404 not enrolled · PA409 the course is completed · PA422 a moment in the future
create or replace function record_drop(
    p_user_id uuid,
    p_course_id uuid,
    p_occurred_at timestamptz default null
)
returns table (enrollment_id uuid, status text, dropped_at timestamptz)
language plpgsql
volatile
security definer -- writes enrollments, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    return query
    select d.*
    from apply_drop(
        p_user_id => p_user_id, p_course_id => p_course_id, p_at => require_moment(p_at => p_occurred_at)
    ) as d;
end;
$$;

comment on function record_drop is 'Records that a learner left a course.';
revoke all on function record_drop from public;
grant execute on function record_drop to pgacademy_service;
