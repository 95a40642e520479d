-- triggers on quizzes.
create or replace trigger touch_updated_at
before update on quizzes
for each row execute function touch_updated_at();
