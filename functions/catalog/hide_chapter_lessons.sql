-- hide_chapter_lessons: hiding a chapter hides what is in it, all the way down.
--
-- So that "active" can be read off the lesson itself, and nobody has to walk up the tree. Showing the chapter again does
-- not show its lessons: which of them were hidden before is not remembered.
--
-- called by  after-update trigger on lessons, when is_active becomes false
-- errors     none
create or replace function hide_chapter_lessons()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    update lessons as l
    set is_active = false
    where l.course_id = new.course_id and l.parent_lesson_id = new.id and l.is_active;

    return null;
end;
$$;

comment on function hide_chapter_lessons is 'Trigger: hides the lessons of a chapter that is hidden.';
revoke all on function hide_chapter_lessons from public;
-- Granted to nobody: a trigger needs no EXECUTE.
