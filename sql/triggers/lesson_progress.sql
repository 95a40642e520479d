-- triggers on lesson_progress. A change of notes moves nothing.
create or replace trigger update_course_progress
after insert or delete or update of status, score, time_spent_seconds on lesson_progress
for each row execute function update_course_progress();

create or replace trigger touch_updated_at
before update on lesson_progress
for each row execute function touch_updated_at();

create or replace trigger refuse_erased_user
before insert or update of notes on lesson_progress
for each row
when (new.notes is not null)
execute function refuse_erased_user();
