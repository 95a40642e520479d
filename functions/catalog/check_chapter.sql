-- check_chapter: may lessons be put into this one? (Null, the top of the course, always.)
--
-- called by  add_lesson, move_lesson
-- errors     PA409 it is a prerequisite of another lesson, which nobody could fulfil any more · PA422 not in this course
create or replace function check_chapter(
    p_course_id uuid,
    p_parent_lesson_id uuid
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if p_parent_lesson_id is null then
        return;
    end if;

    if not exists (
        select from lessons as l where l.course_id = p_course_id and l.id = p_parent_lesson_id
    ) then
        raise exception 'the parent is not a lesson of this course'
            using errcode = 'PA422',
                detail = format('course_id = %s, parent_lesson_id = %s', p_course_id, p_parent_lesson_id),
                hint = 'Name a lesson of the same course, or none for the top.';
    end if;

    if exists (select from lesson_prerequisites as p where p.prerequisite_lesson_id = p_parent_lesson_id) then
        raise exception 'a prerequisite cannot become a chapter: chapters are never completed'
            using errcode = 'PA409', detail = format('parent_lesson_id = %s', p_parent_lesson_id),
                hint = 'Remove it from the prerequisites of other lessons first.';
    end if;
end;
$$;

comment on function check_chapter is 'Internal: refuses a parent that is not in the course or is a prerequisite.';
revoke all on function check_chapter from public;
-- Granted to nobody: procedures call it.
