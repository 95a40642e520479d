-- triggers on course_stats: only a number that changed is news, a writer who queued on the row is not.
create or replace trigger touch_updated_at
before update on course_stats
for each row
when (
    (old.lesson_count, old.enrollment_count, old.completion_count, old.rating_sum, old.rating_count)
    is distinct from (new.lesson_count, new.enrollment_count, new.completion_count, new.rating_sum, new.rating_count)
)
execute function touch_updated_at();
