-- remove_lesson_prerequisite: this lesson no longer comes after that one.
--
-- called by  approved instructors, administrators
-- requires   require_lesson_staff, lock_course, touch_course
-- errors     PA401 · PA403 · PA404 no such lesson; it was no prerequisite
create or replace function remove_lesson_prerequisite(
    p_lesson_id uuid,
    p_prerequisite_lesson_id uuid
)
returns void
language plpgsql
volatile
security definer -- writes lesson_prerequisites, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_course_id uuid := require_lesson_staff(p_lesson_id => p_lesson_id);
begin
    perform lock_course(p_course_id => v_course_id);

    delete from lesson_prerequisites as p
    where p.lesson_id = p_lesson_id and p.prerequisite_lesson_id = p_prerequisite_lesson_id;

    if not found then
        raise exception 'that lesson is no prerequisite of this one'
            using errcode = 'PA404',
                detail = format('lesson_id = %s, prerequisite_lesson_id = %s', p_lesson_id, p_prerequisite_lesson_id),
                hint = 'It may have been removed already.';
    end if;

    perform touch_course(p_course_id => v_course_id);
end;
$$;

comment on function remove_lesson_prerequisite is 'Removes a lesson from the prerequisites of another.';
revoke all on function remove_lesson_prerequisite from public;
grant execute on function remove_lesson_prerequisite to pgacademy_instructor, pgacademy_admin;
