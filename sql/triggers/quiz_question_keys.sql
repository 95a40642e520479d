-- triggers on quiz_question_keys.
create or replace trigger touch_updated_at
before update on quiz_question_keys
for each row execute function touch_updated_at();
