-- add_lesson_prerequisite: this lesson comes after that one of the same course. Twice changes nothing.
--
-- What comes before must be something that can be completed: visible, and not a chapter.
--
-- called by  approved instructors, administrators
-- requires   require_lesson_staff, lock_course, touch_course
-- errors     PA401 · PA403 · PA404 no such lesson · PA409 it would close a cycle (the detail shows it) · PA422 before
--            itself, outside the course, hidden, a chapter
create or replace function add_lesson_prerequisite(
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
    -- It may have been removed while that was waited for.
    perform require_lesson_staff(p_lesson_id => p_lesson_id);

    if p_prerequisite_lesson_id = p_lesson_id or not exists (
        select
        from lessons as l
        where
            l.id = p_prerequisite_lesson_id
            and l.course_id = v_course_id
            and l.is_active
            and not exists (
                select from lessons as child where child.course_id = v_course_id and child.parent_lesson_id = l.id
            )
    ) then
        raise exception 'this cannot come before a lesson'
            using errcode = 'PA422',
                detail = format(
                    'lesson_id = %s, prerequisite_lesson_id = %s',
                    p_lesson_id, coalesce(p_prerequisite_lesson_id::text, 'null')
                ),
                hint = 'Name another visible lesson of the same course that has no lessons inside.';
    end if;

    insert into lesson_prerequisites (course_id, lesson_id, prerequisite_lesson_id)
    values (v_course_id, p_lesson_id, p_prerequisite_lesson_id)
    on conflict on constraint lesson_prerequisites_pkey do nothing;

    if found then
        perform touch_course(p_course_id => v_course_id);
    end if;
end;
$$;

comment on function add_lesson_prerequisite is 'Makes one lesson of a course come before another.';
revoke all on function add_lesson_prerequisite from public;
grant execute on function add_lesson_prerequisite to pgacademy_instructor, pgacademy_admin;
