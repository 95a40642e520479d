-- create_discussion_stats: gives a new discussion its row of what moves.
--
-- called by  after row trigger on discussions (insert)
-- errors     none
create or replace function create_discussion_stats()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    insert into discussion_stats (discussion_id, course_id, last_activity_at, created_at)
    values (new.id, new.course_id, new.created_at, new.created_at);

    return null;
end;
$$;

comment on function create_discussion_stats() is 'Trigger: makes the counters of a new discussion.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function create_discussion_stats() from public;
