-- require_course_staff: the caller's user id, if they may change this course; an error otherwise.
--
-- That is its instructor, acting as one and approved (approval can be withdrawn, and then a course that learners see must
-- stand still), or an administrator acting as one.
--
-- called by  every procedure that changes a course or its lessons
-- requires   acting_in, require_course_author
-- errors     PA401 no identity · PA403 not in this role, not approved, another instructor's course · PA404 no such course
create or replace function require_course_staff(
    p_course_id uuid
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
    from courses as c
    where c.id = p_course_id and c.deleted_at is null;

    if not found then
        raise exception 'there is no such course'
            using errcode = 'PA404', detail = format('course_id = %s', coalesce(p_course_id::text, 'null')),
                hint = 'Look it up in the catalogue; it may have been deleted.';
    end if;

    if v_instructor_id <> v_user_id and not acting_in('admin') then
        raise exception 'this is another instructor''s course'
            using errcode = 'PA403', detail = format('course_id = %s', p_course_id),
                hint = 'Ask its instructor or an administrator.';
    end if;

    return v_user_id;
end;
$$;

comment on function require_course_staff is 'Internal: the caller, who must be the course''s approved instructor or an administrator.';
revoke all on function require_course_staff from public;
-- Granted to nobody: it is part of procedures.
