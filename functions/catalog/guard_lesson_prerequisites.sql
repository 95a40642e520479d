-- guard_lesson_prerequisites: a new edge between lessons waits for its turn on the row of their course in course_stats.
--
-- The row is updated, not locked, so that an older snapshot fails with 40001. What the course counts stays as it is.
-- Without this, two edges that close a cycle only together could be committed at the same moment.
--
-- called by  before row trigger on lesson_prerequisites (insert, a change of the edge)
-- errors     none
create or replace function guard_lesson_prerequisites()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    update course_stats as s
    set lesson_sync = s.lesson_sync
    where s.course_id = new.course_id;

    return new;
end;
$$;

comment on function guard_lesson_prerequisites is 'Trigger: puts writers of one course''s lesson prerequisites in a queue.';
revoke all on function guard_lesson_prerequisites from public;
-- Granted to nobody: a trigger needs no EXECUTE.
