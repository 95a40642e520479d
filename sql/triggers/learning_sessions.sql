-- triggers on learning_sessions.
create or replace trigger touch_updated_at
before update on learning_sessions
for each row execute function touch_updated_at();
