-- triggers on quiz_questions.
create or replace trigger touch_updated_at
before update on quiz_questions
for each row execute function touch_updated_at();
