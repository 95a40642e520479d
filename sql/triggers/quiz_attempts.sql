-- triggers on quiz_attempts.
create or replace trigger touch_updated_at
before update on quiz_attempts
for each row execute function touch_updated_at();

create or replace trigger refuse_erased_user
before insert or update of answers on quiz_attempts
for each row
when (new.answers <> '{}')
execute function refuse_erased_user();
