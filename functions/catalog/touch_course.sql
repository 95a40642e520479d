-- touch_course: a lesson of a published course was added, changed, moved or removed: a new version of the course.
--
-- called by  add_lesson, update_lesson, remove_lesson, move_lesson, reorder_lessons
-- errors     none
create or replace function touch_course(
    p_course_id uuid
)
returns void
language sql
volatile
security invoker
begin atomic
    update courses as c
    set version = c.version + 1
    where c.id = p_course_id and c.is_published;
end;

comment on function touch_course is 'Internal: counts a new version of a published course whose lessons changed.';
revoke all on function touch_course from public;
-- Granted to nobody: the procedures on lessons call it.
