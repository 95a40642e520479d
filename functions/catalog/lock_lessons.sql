-- lock_lessons: hold the lessons of a course, in one order, before their places change or one is deleted.
--
-- Positions are part of a unique key, so moving a lesson waits for whoever refers to it: a learner in the middle of
-- completing it, who may next need the course's numbers. Lessons first, lock_course() second, and neither waits for ever.
--
-- called by  add_lesson (with a position), move_lesson, remove_lesson, reorder_lessons
-- errors     none of its own
create or replace function lock_lessons(
    p_course_id uuid
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    perform
    from lessons as l
    where l.course_id = p_course_id
    order by l.id
    for update;
end;
$$;

comment on function lock_lessons is 'Internal: locks the lessons of a course in one order.';
revoke all on function lock_lessons from public;
-- Granted to nobody: procedures call it.
