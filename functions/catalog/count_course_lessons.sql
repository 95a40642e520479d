-- count_course_lessons: keeps course_stats.lesson_count.
--
-- Fires for every row, counts for the first one of a statement: by then all rows of the statement are in place, and
-- lesson_sync, which guard_course_lessons set to 'count', tells the others that it is done.
--
-- called by  after row trigger on lessons
-- requires   course_leaf_lessons
-- errors     none
create or replace function count_course_lessons()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_course_id uuid := case tg_op when 'DELETE' then old.course_id else new.course_id end;
begin
    update course_stats as s
    set
        lesson_count = (select count(*) from course_leaf_lessons(p_course_id => v_course_id)),
        lesson_sync = 'progress'
    where s.course_id = v_course_id and s.lesson_sync = 'count';

    return null;
end;
$$;

comment on function count_course_lessons is 'Trigger: recounts the lessons of a course once per statement.';
revoke all on function count_course_lessons from public;
-- Granted to nobody: a trigger needs no EXECUTE.
