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
    -- Without an alias, which minor versions of PostgreSQL print back in two ways.
    update courses
    set version = courses.version + 1
    where courses.id = p_course_id and courses.is_published;
end;

comment on function touch_course is 'Internal: counts a new version of a published course whose lessons changed.';
revoke all on function touch_course from public;
-- Granted to nobody: the procedures on lessons call it.
