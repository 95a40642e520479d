-- lock_course: wait for one's turn to change a course or its lessons.
--
-- Updates the course_stats row, which enrolling and every other writer of the course update too. Call it first, look
-- after. The order everywhere is course_stats, then enrolments, then lessons: learners hold their enrolment when their
-- progress begins to refer to a lesson. So whoever deletes a lesson or changes its slug, which waits for those who refer
-- to it, locks the enrolments of the course before. A new place, or any other column, waits for nobody.
--
-- called by  the staff procedures on courses, lessons, quizzes and exercises
-- errors     none of its own
create or replace function lock_course(
    p_course_id uuid
)
returns void
language sql
volatile
security invoker
begin atomic
    -- Without an alias, which minor versions of PostgreSQL print back in two ways.
    update course_stats
    set lesson_sync = course_stats.lesson_sync
    where course_stats.course_id = p_course_id;
end;

comment on function lock_course is 'Internal: puts the caller in the queue of a course''s writers.';
revoke all on function lock_course from public;
-- Granted to nobody: procedures call it.
