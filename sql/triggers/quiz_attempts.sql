-- triggers on quiz_attempts.
create or replace trigger touch_updated_at
before update on quiz_attempts
for each row execute function touch_updated_at();
