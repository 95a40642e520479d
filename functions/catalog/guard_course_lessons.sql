-- guard_course_lessons: writers of one course's lessons take turns on its course_stats row, and note what is to do.
--
-- The row is updated, not locked, so that an older snapshot fails with 40001. Where the change can alter which lessons
-- completion counts, lesson_sync becomes 'count': the after triggers then count once for all rows of the statement.
--
-- called by  before row trigger on lessons (insert, delete, a change of tree or flags)
-- errors     PA409 a lesson is moved to another course
create or replace function guard_course_lessons()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_course_id uuid;
    v_counts boolean;
begin
    if tg_op = 'INSERT' then
        v_course_id := new.course_id;
        v_counts := new.parent_lesson_id is not null or (new.is_active and new.is_mandatory);
    elsif tg_op = 'DELETE' then
        v_course_id := old.course_id;
        v_counts := old.parent_lesson_id is not null or (old.is_active and old.is_mandatory);
    elsif new.course_id <> old.course_id then
        raise exception 'a lesson stays in its course'
            using errcode = 'PA409', detail = format('lesson_id = %s', old.id),
                hint = 'Add it to the other course as a new lesson.';
    else
        v_course_id := new.course_id;
        v_counts := (new.parent_lesson_id, new.is_active, new.is_mandatory)
            is distinct from (old.parent_lesson_id, old.is_active, old.is_mandatory);
    end if;

    update course_stats as s
    set lesson_sync = case when v_counts then 'count' else s.lesson_sync end
    where s.course_id = v_course_id;

    if tg_op = 'DELETE' then
        return old;
    end if;
    return new;
end;
$$;

comment on function guard_course_lessons is 'Trigger: puts writers of one course''s lessons in a queue.';
revoke all on function guard_course_lessons from public;
-- Granted to nobody: a trigger needs no EXECUTE.
