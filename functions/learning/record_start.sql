-- record_start: a learner began a lesson, as told by the back end or an import.
--
-- called by  back-end jobs and imports (work handed in and not yet graded is a lesson in progress)
-- requires   require_service, require_moment, apply_start, note_access
-- errors     PA403 not the service · PA404 no such lesson or learner · PA409 not enrolled, enrolment not open, a chapter
--            or hidden lesson · PA422 a moment in the future
create or replace function record_start(
    p_user_id uuid,
    p_lesson_id uuid,
    p_occurred_at timestamptz default null
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
security definer -- writes lesson_progress, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_at timestamptz;
begin
    perform require_service();
    v_at := require_moment(p_at => p_occurred_at);

    if not exists (select from users as u where u.id = p_user_id and u.deleted_at is null) then
        raise exception 'there is no such learner'
            using errcode = 'PA404', detail = format('user_id = %s', coalesce(p_user_id::text, 'null')),
                hint = 'Pass the id of a living person.';
    end if;

    select s.*
    into lesson_progress_id, enrollment_id, course_id, status, started_at, completed_at
    from apply_start(
        p_user_id => p_user_id, p_lesson_id => p_lesson_id, p_at => v_at, p_by_learner => false
    ) as s;

    perform note_access(p_enrollment_id => enrollment_id);
    return next;
end;
$$;

comment on function record_start is 'Records that a learner began a lesson.';
revoke all on function record_start from public;
grant execute on function record_start to pgacademy_service;
