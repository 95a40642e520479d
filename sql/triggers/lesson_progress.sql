-- triggers on lesson_progress. A change of notes moves nothing.
create or replace trigger update_course_progress
after delete or update of status, score, time_spent_seconds on lesson_progress
for each row execute function update_course_progress();

-- What is inserted as a set is counted as a set, by who inserts it.
create or replace trigger update_course_progress_on_insert
after insert on lesson_progress
for each row
when (not new.is_batched)
execute function update_course_progress();

create or replace trigger touch_updated_at
before update on lesson_progress
for each row execute function touch_updated_at();

create or replace trigger refuse_erased_user
before insert or update of notes on lesson_progress
for each row
when (new.notes is not null)
execute function refuse_erased_user();
