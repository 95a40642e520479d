-- triggers on user_feedback: what a foreign key to a partitioned table would do. Triggers of one moment fire by name.
create or replace trigger check_interaction
before insert or update of user_id, interaction_id, interaction_created_at on user_feedback
for each row
when (new.interaction_created_at is not null)
execute function check_feedback_interaction();

create or replace trigger touch_updated_at
before update on user_feedback
for each row execute function touch_updated_at();

create or replace trigger refuse_erased_user
before insert or update of comment, metadata on user_feedback
for each row
when (new.comment <> '[erased]' or new.metadata <> '{}')
execute function refuse_erased_user();
