-- resume_lesson: where the caller goes on in a course: the next lesson in the order of the outline that is not done.
--
-- lesson_id is null when nothing is left. Reads only.
--
-- called by  learners
-- requires   require_user, next_lesson
-- errors     PA401, PA403 from require_user · PA404 not enrolled · PA409 the enrolment is not open
create or replace function resume_lesson(
    p_course_id uuid
)
returns table (
    enrollment_id uuid,
    lesson_id uuid,
    title text,
    lesson_type text,
    is_started boolean,
    completed_lessons integer,
    total_lessons integer,
    progress_percentage numeric
)
language plpgsql
stable
security definer -- one look, whatever the policies on lessons say about chapters and prerequisites
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_enrollment enrollments;
begin
    select e.*
    into v_enrollment
    from enrollments as e
    inner join courses as c on c.id = e.course_id and c.is_active and c.deleted_at is null
    where e.user_id = v_user_id and e.course_id = p_course_id;

    if not found then
        raise exception 'not enrolled in this course'
            using errcode = 'PA404', detail = format('course_id = %s', coalesce(p_course_id::text, 'null')),
                hint = 'Enrol first.';
    end if;

    if v_enrollment.status in ('dropped', 'expired') or (v_enrollment.status = 'active' and v_enrollment.expires_at <= now())
    then
        raise exception 'the enrolment is not open'
            using errcode = 'PA409',
                detail = format('enrollment_id = %s, status = %s', v_enrollment.id, v_enrollment.status),
                hint = 'Enrol again; if the time is over, ask the instructor for more.';
    end if;

    return query
    select
        v_enrollment.id, l.id, l.title, l.lesson_type, p.id is not null, v_enrollment.completed_lessons_count,
        v_enrollment.total_lessons_count, v_enrollment.progress_percentage::numeric
    from (select next_lesson(p_enrollment_id => v_enrollment.id) as id) as n
    left join lessons as l on l.id = n.id
    left join lesson_progress as p
        on p.user_id = v_user_id and p.lesson_id = l.id and p.status <> 'not_started';
end;
$$;

comment on function resume_lesson is 'Where the calling learner goes on in a course.';
revoke all on function resume_lesson from public;
grant execute on function resume_lesson to pgacademy_student;
