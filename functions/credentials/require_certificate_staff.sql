-- require_certificate_staff: the caller's user id, if they may issue and revoke the certificates of this enrolment; an error
-- otherwise. Locks the enrolment, on which all that change its certificates queue.
--
-- That is the instructor of the course, approved and acting as one, or an administrator. Unlike require_course_staff it
-- knows deleted courses: their certificates are still somebody's.
--
-- called by  issue_certificate, revoke_certificate, reissue_certificate
-- requires   require_course_author, acting_in
-- errors     PA401, PA403 from require_course_author · PA403 another instructor's course · PA404 no such enrolment
create or replace function require_certificate_staff(
    p_enrollment_id uuid
)
returns uuid
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_course_author();
    v_instructor_id uuid;
begin
    select c.instructor_id
    into v_instructor_id
    from enrollments as e
    inner join courses as c on c.id = e.course_id
    where e.id = p_enrollment_id;

    if not found then
        raise exception 'there is no such enrolment or certificate'
            using errcode = 'PA404', detail = format('enrollment_id = %s', coalesce(p_enrollment_id::text, 'null')),
                hint = 'Look it up among those of the course.';
    end if;

    if v_instructor_id <> v_user_id and not acting_in('admin') then
        raise exception 'this is another instructor''s course'
            using errcode = 'PA403', detail = format('enrollment_id = %s', p_enrollment_id),
                hint = 'Ask its instructor or an administrator.';
    end if;

    perform from enrollments as e where e.id = p_enrollment_id for no key update;

    return v_user_id;
end;
$$;

comment on function require_certificate_staff is
'Internal: the caller, who must be the course''s approved instructor or an administrator; locks the enrolment.';
-- Granted to nobody: it is part of procedures.
revoke all on function require_certificate_staff from public;
