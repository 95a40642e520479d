-- remove_prerequisite: this course no longer comes after that one.
--
-- called by  approved instructors, administrators
-- requires   require_course_staff
-- errors     PA401 · PA403 · PA404 no such course; it was no prerequisite
create or replace function remove_prerequisite(
    p_course_id uuid,
    p_prerequisite_course_id uuid
)
returns void
language plpgsql
volatile
security definer -- writes course_prerequisites, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_course_staff(p_course_id => p_course_id);

    delete from course_prerequisites as p
    where p.course_id = p_course_id and p.prerequisite_course_id = p_prerequisite_course_id;

    if not found then
        raise exception 'that course is no prerequisite of this one'
            using errcode = 'PA404',
                detail = format('course_id = %s, prerequisite_course_id = %s', p_course_id, p_prerequisite_course_id),
                hint = 'It may have been removed already.';
    end if;
end;
$$;

comment on function remove_prerequisite is 'Removes a course from the prerequisites of another.';
revoke all on function remove_prerequisite from public;
grant execute on function remove_prerequisite to pgacademy_instructor, pgacademy_admin;
