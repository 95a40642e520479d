-- add_prerequisite: this course comes after that one. Again with another p_is_required changes just that.
--
-- Required: it must be completed before enrolling; otherwise it is a recommendation. Any published course, or one the
-- caller may change, can come before.
--
-- called by  approved instructors, administrators
-- requires   require_course_staff, acting_in
-- errors     PA401 · PA403 · PA404 no such course, or no such prerequisite that the caller may see · PA409 it would close a
--            cycle (the detail shows it) · PA422 a course before itself, p_is_required null
create or replace function add_prerequisite(
    p_course_id uuid,
    p_prerequisite_course_id uuid,
    p_is_required boolean default true
)
returns void
language plpgsql
volatile
security definer -- writes course_prerequisites, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_course_staff(p_course_id => p_course_id);
begin
    if p_is_required is null or p_course_id = p_prerequisite_course_id then
        raise exception 'a course comes before another one, required or recommended'
            using errcode = 'PA422',
                detail = format('prerequisite_course_id = %s, is_required = %s', p_prerequisite_course_id, p_is_required),
                hint = 'Name another course, and true or false.';
    end if;

    -- Before the look at the other course, so that delete_course() waits or is seen.
    update write_guards as g
    set version = g.version + 1
    where g.name = 'course_prerequisites';

    if not exists (
        select
        from courses as c
        where
            c.id = p_prerequisite_course_id
            and c.deleted_at is null
            and ((c.is_published and c.is_active) or c.instructor_id = v_user_id or acting_in('admin'))
    ) then
        raise exception 'there is no such course to come before'
            using errcode = 'PA404',
                detail = format('prerequisite_course_id = %s', coalesce(p_prerequisite_course_id::text, 'null')),
                hint = 'Name a published course, or one of your own.';
    end if;

    insert into course_prerequisites as p (course_id, prerequisite_course_id, is_required)
    values (p_course_id, p_prerequisite_course_id, p_is_required)
    on conflict on constraint course_prerequisites_pkey do update
    set is_required = excluded.is_required
    where p.is_required <> excluded.is_required;
end;
$$;

comment on function add_prerequisite is 'Makes one course come before another, required or recommended.';
revoke all on function add_prerequisite from public;
grant execute on function add_prerequisite to pgacademy_instructor, pgacademy_admin;
