-- make_lesson_room: the position for a lesson that comes into a chapter; those behind it move one place on.
--
-- That no two lessons share a place is checked at the end of the statement (the constraint is deferrable), so one update
-- may pass through two lessons on one place. The caller holds lock_course().
--
-- called by  add_lesson, move_lesson
-- errors     none
create or replace function make_lesson_room(
    p_course_id uuid,
    p_parent_lesson_id uuid,
    p_position integer
)
returns integer
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_end integer;
begin
    select coalesce(max(l.position), 0) + 1
    into v_end
    from lessons as l
    where l.course_id = p_course_id and l.parent_lesson_id is not distinct from p_parent_lesson_id;

    if p_position is null or p_position >= v_end then
        return v_end;
    end if;

    update lessons as l
    set position = l.position + 1
    where
        l.course_id = p_course_id
        and l.parent_lesson_id is not distinct from p_parent_lesson_id
        and l.position >= p_position;

    return p_position;
end;
$$;

comment on function make_lesson_room is 'Internal: makes room for a lesson and returns its position.';
revoke all on function make_lesson_room from public;
-- Granted to nobody: procedures call it.
