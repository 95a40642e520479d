-- remove_lesson: take a lesson away, and with a chapter all that is in it.
--
-- Deleted if nobody has ever begun any of it; otherwise hidden, because progress is never lost. Returns which: 'deleted'
-- or 'deactivated'. Lessons that had it as their prerequisite no longer do.
--
-- called by  approved instructors, administrators
-- requires   require_lesson_staff, lock_course, touch_course
-- errors     PA401 · PA403 · PA404 no such lesson
create or replace function remove_lesson(
    p_lesson_id uuid
)
returns text
language plpgsql
volatile
security definer -- writes lessons, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_course_id uuid := require_lesson_staff(p_lesson_id => p_lesson_id);
    v_subtree uuid[];
    v_parent_lesson_id uuid;
    v_position integer;
    v_result text;
begin
    perform lock_course(p_course_id => v_course_id);

    -- Nobody can begin one of them from here on; who has begun one is seen.
    perform from enrollments as e where e.course_id = v_course_id order by e.id for no key update;

    with recursive subtree (id) as (
        select l.id from lessons as l where l.id = p_lesson_id
        union
        select l.id
        from subtree as s
        inner join lessons as l on l.course_id = v_course_id and l.parent_lesson_id = s.id
    )

    select array_agg(s.id) into v_subtree from subtree as s;

    if exists (
        select from lesson_progress as p where p.course_id = v_course_id and p.lesson_id = any(v_subtree)
    ) then
        update lessons as l
        set is_active = false
        where l.id = any(v_subtree) and l.is_active;

        delete from lesson_prerequisites as p
        where p.course_id = v_course_id and p.prerequisite_lesson_id = any(v_subtree);

        v_result := 'deactivated';
    else
        delete from lessons as l
        where l.id = p_lesson_id
        returning l.parent_lesson_id, l.position into v_parent_lesson_id, v_position;

        -- Close the gap, so that positions stay what people count.
        update lessons as l
        set position = l.position - 1
        where
            l.course_id = v_course_id
            and l.parent_lesson_id is not distinct from v_parent_lesson_id
            and l.position > v_position;

        v_result := 'deleted';
    end if;

    perform touch_course(p_course_id => v_course_id);
    return v_result;
end;
$$;

comment on function remove_lesson is 'Removes a lesson and what is in it; says whether it was deleted or, having progress, deactivated.';
revoke all on function remove_lesson from public;
grant execute on function remove_lesson to pgacademy_instructor, pgacademy_admin;
