-- enroll: the caller takes a course; returns the enrolment and the lesson to begin with.
--
-- Taking a course one is on changes nothing and returns it (already_enrolled; the lesson is then the next one). After
-- dropping it the enrolment comes back with its progress, and with the expiry that staff gave it; after that only staff
-- bring it back.
--
-- called by  learners
-- requires   require_user, apply_enrollment
-- errors     PA401, PA403 from require_user · PA404 no such course, or not published · PA409 required courses not completed
--            (the detail lists them), full, time over, key used for another request
create or replace function enroll(
    p_course_id uuid,
    p_idempotency_key text default null
)
returns table (
    enrollment_id uuid,
    status text,
    already_enrolled boolean,
    total_lessons integer,
    first_lesson_id uuid
)
language plpgsql
volatile
security definer -- writes enrollments, which no learner may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
begin
    -- For a learner a course that is not published is none, unless they are on it.
    if not exists (
        select
        from courses as c
        where
            c.id = p_course_id
            and c.deleted_at is null
            and (
                (c.is_published and c.is_active)
                or exists (select from enrollments as e where e.course_id = c.id and e.user_id = v_user_id)
            )
    ) then
        raise exception 'there is no such course'
            using errcode = 'PA404', detail = format('course_id = %s', coalesce(p_course_id::text, 'null')),
                hint = 'Look it up in the catalogue.';
    end if;

    return query
    select r.*
    from apply_enrollment(
        p_user_id => v_user_id,
        p_course_id => p_course_id,
        p_at => now(),
        p_expires_at => null,
        p_by_learner => true,
        p_actor => v_user_id::text,
        p_procedure => 'enroll',
        p_idempotency_key => p_idempotency_key,
        p_request => jsonb_build_object('course_id', p_course_id)
    ) as r;
end;
$$;

comment on function enroll is 'Enrols the calling learner in a course; returns the enrolment and the first lesson.';
revoke all on function enroll from public;
grant execute on function enroll to pgacademy_student;
