-- release_feedback: feedback on an interaction that was deleted stays, and no longer says where that is found.
--
-- Detaching a month fires nothing, and need not: its time says where the interaction went.
--
-- called by  after row trigger on interactions (delete)
-- errors     none
create or replace function release_feedback()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    update user_feedback as f
    set interaction_created_at = null
    where f.interaction_id = old.id and f.interaction_created_at = old.created_at;

    return null;
end;
$$;

comment on function release_feedback() is 'Trigger: feedback forgets where an interaction was that is deleted.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function release_feedback() from public;
