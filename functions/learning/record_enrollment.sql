-- record_enrollment: a learner enrolled in a course, as told by the back end, an import, or the course's instructor.
--
-- Does and returns what enroll does, at the moment it happened; an expiry may be set. The same rules hold: published,
-- required courses completed, a free seat. An instructor, who must be approved, enrols others in their own courses.
--
-- called by  back-end jobs and imports; instructors
-- requires   acting_in, require_course_author, require_service, require_moment, apply_enrollment
-- errors     PA401, PA403 not allowed, not the approved instructor of the course · PA404 no such course or learner ·
--            PA409 not published, required courses not completed, full, key used for another request · PA422 moment or expiry
create or replace function record_enrollment(
    p_user_id uuid,
    p_course_id uuid,
    p_occurred_at timestamptz default null,
    p_idempotency_key text default null,
    p_expires_at timestamptz default null
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
security definer -- writes enrollments, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_actor text := 'service';
    v_actor_id uuid;
    v_at timestamptz;
begin
    if acting_in('instructor') and not acting_in('service') then
        v_actor_id := require_course_author();
        v_actor := v_actor_id::text;

        if not exists (select from courses as c where c.id = p_course_id and c.instructor_id = v_actor_id) then
            raise exception 'only the instructor of the course may do this'
                using errcode = 'PA403', detail = format('course_id = %s', coalesce(p_course_id::text, 'null')),
                    hint = 'Ask the instructor of the course.';
        end if;
    else
        perform require_service();
    end if;

    v_at := require_moment(p_at => p_occurred_at);

    if not exists (select from users as u where u.id = p_user_id and u.deleted_at is null) then
        raise exception 'there is no such learner'
            using errcode = 'PA404', detail = format('user_id = %s', coalesce(p_user_id::text, 'null')),
                hint = 'Pass the id of a living person.';
    end if;

    return query
    select r.*
    from apply_enrollment(
        p_user_id => p_user_id,
        p_course_id => p_course_id,
        p_at => v_at,
        p_expires_at => p_expires_at,
        p_by_learner => false,
        p_actor => v_actor,
        p_procedure => 'record_enrollment',
        p_idempotency_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'user_id', p_user_id, 'course_id', p_course_id, 'occurred_at', p_occurred_at, 'expires_at', p_expires_at
        )
    ) as r;
end;
$$;

comment on function record_enrollment is 'Records that a learner enrolled in a course; does and returns what enroll does.';
revoke all on function record_enrollment from public;
grant execute on function record_enrollment to pgacademy_service, pgacademy_instructor;
