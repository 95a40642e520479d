-- create_course_stats: every course has its row of numbers from the first moment. It is also what writers queue on.
--
-- called by  after-insert trigger on courses
-- errors     none
create or replace function create_course_stats()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    insert into course_stats (course_id) values (new.id);
    return null;
end;
$$;

comment on function create_course_stats is 'Trigger: makes the course_stats row of a new course.';
revoke all on function create_course_stats from public;
-- Granted to nobody: a trigger needs no EXECUTE.
