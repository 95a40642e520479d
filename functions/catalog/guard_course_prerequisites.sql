-- guard_course_prerequisites: whoever adds an edge to the graph of courses waits for the one before.
--
-- The guard row is updated, not locked: under REPEATABLE READ a writer with an older snapshot then fails with 40001
-- instead of overlooking the other's edge.
--
-- called by  before-insert and before-update trigger on course_prerequisites
-- errors     none of its own
create or replace function guard_course_prerequisites()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    update write_guards as g
    set version = g.version + 1
    where g.name = 'course_prerequisites';

    return new;
end;
$$;

comment on function guard_course_prerequisites is 'Trigger: puts writers of the prerequisite graph in a queue.';
revoke all on function guard_course_prerequisites from public;
-- Granted to nobody: a trigger needs no EXECUTE.
