-- check_feedback_interaction: holds feedback to an interaction that is there, and the person's own. What a foreign key
-- would do, but for what it would forbid: see the table in its migration.
--
-- The interaction is written, not only locked: whoever deletes it with an older snapshot would not see this feedback, and
-- so fails with 40001 instead.
--
-- called by  before row trigger on user_feedback (insert, update of the reference)
-- errors     PA404 no such interaction of the person
create or replace function check_feedback_interaction()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    update interactions as i
    set feedback_data = i.feedback_data
    where i.id = new.interaction_id and i.created_at = new.interaction_created_at and i.user_id = new.user_id;

    if not found then
        raise exception 'there is no such interaction'
            using errcode = 'PA404',
                detail = format('interaction_id = %s, created_at = %s', new.interaction_id, new.interaction_created_at),
                hint = 'Pass what record_interaction() returned; old ones are gone.';
    end if;

    return new;
end;
$$;

comment on function check_feedback_interaction() is 'Trigger: feedback on an interaction is on one of the person''s own.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function check_feedback_interaction() from public;
