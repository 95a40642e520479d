-- triggers on learning_sessions.
create or replace trigger touch_updated_at
before update on learning_sessions
for each row execute function touch_updated_at();

create or replace trigger refuse_erased_user
before insert or update of session_data, configuration on learning_sessions
for each row
when (new.session_data is not null or new.configuration <> '{}')
execute function refuse_erased_user();
