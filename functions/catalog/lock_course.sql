-- lock_course: wait for one's turn to change a course or its lessons.
--
-- Updates the course_stats row, which enrolling and every other writer of the course update too. Call it first, look
-- after. Procedures that move or delete lessons lock those first, by id: a learner who completes the course holds a
-- lesson (by foreign key) before they need the course's numbers.
--
-- called by  the staff procedures on courses and lessons
-- errors     none of its own
create or replace function lock_course(
    p_course_id uuid
)
returns void
language sql
volatile
security invoker
begin atomic
    update course_stats as s
    set lesson_sync = s.lesson_sync
    where s.course_id = p_course_id;
end;

comment on function lock_course is 'Internal: puts the caller in the queue of a course''s writers.';
revoke all on function lock_course from public;
-- Granted to nobody: procedures call it.
