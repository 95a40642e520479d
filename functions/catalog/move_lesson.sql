-- move_lesson: put a lesson, with all that is in it, into another chapter or to the top of the course.
--
-- At the end, or before what is at the given position now. Within one chapter, too: the position is then counted without
-- the lesson itself.
--
-- called by  approved instructors, administrators
-- requires   require_lesson_staff, lock_course, check_chapter, make_lesson_room, touch_course
-- errors     PA401 · PA403 · PA404 no such lesson · PA409 into itself, into a hidden chapter, into a prerequisite ·
--            PA422 a position below 1, a parent outside the course
create or replace function move_lesson(
    p_lesson_id uuid,
    p_parent_lesson_id uuid,
    p_position integer default null
)
returns integer
language plpgsql
volatile
security definer -- updates lessons, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_course_id uuid := require_lesson_staff(p_lesson_id => p_lesson_id);
    v_old_parent_lesson_id uuid;
    v_old_position integer;
    v_position integer;
begin
    if p_position < 1 then
        raise exception 'positions begin at 1'
            using errcode = 'PA422', detail = format('position = %s', p_position),
                hint = 'Give 1 or more, or nothing for the end.';
    end if;
    if p_parent_lesson_id = p_lesson_id then
        raise exception 'a lesson would be inside itself'
            using errcode = 'PA409', detail = format('lesson_id = %s', p_lesson_id),
                hint = 'Move it to a lesson that is not one of its own.';
    end if;

    perform lock_course(p_course_id => v_course_id);
    perform check_chapter(p_course_id => v_course_id, p_parent_lesson_id => p_parent_lesson_id);

    select l.parent_lesson_id, l.position
    into v_old_parent_lesson_id, v_old_position
    from lessons as l
    where l.id = p_lesson_id;

    -- One update takes it out and closes the gap: it waits behind the last lesson of its old chapter meanwhile.
    update lessons as l
    set position = case
        when l.id = p_lesson_id
            then (
                select max(s.position)
                from lessons as s
                where s.course_id = v_course_id and s.parent_lesson_id is not distinct from v_old_parent_lesson_id
            )
        else l.position - 1
    end
    where
        l.course_id = v_course_id
        and l.parent_lesson_id is not distinct from v_old_parent_lesson_id
        and l.position >= v_old_position;

    if p_parent_lesson_id is not distinct from v_old_parent_lesson_id then
        -- Last of its own chapter now: move it up, and those it passes down.
        select l.position into v_old_position from lessons as l where l.id = p_lesson_id;
        v_position := least(coalesce(p_position, v_old_position), v_old_position);

        update lessons as l
        set position = case when l.id = p_lesson_id then v_position else l.position + 1 end
        where
            l.course_id = v_course_id
            and l.parent_lesson_id is not distinct from p_parent_lesson_id
            and l.position >= v_position;
    else
        v_position := make_lesson_room(
            p_course_id => v_course_id, p_parent_lesson_id => p_parent_lesson_id, p_position => p_position
        );

        update lessons as l
        set parent_lesson_id = p_parent_lesson_id, position = v_position
        where l.id = p_lesson_id;
    end if;

    perform touch_course(p_course_id => v_course_id);
    return v_position;
end;
$$;

comment on function move_lesson is 'Moves a lesson to another chapter or place; returns its new position.';
revoke all on function move_lesson from public;
grant execute on function move_lesson to pgacademy_instructor, pgacademy_admin;
