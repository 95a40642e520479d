-- lock_attempts_of: the caller's turn with a learner's attempts in one course.
--
-- Writes the enrolment, so that of two calls one waits, and an older snapshot fails with 40001: attempts are counted
-- under it. Where the next completion may be the course's last, the course comes before, as everywhere. p_is_visit is
-- false where not the learner calls, but who grades; a learner's call goes on to note_access.
--
-- called by  start_quiz, submit_quiz, open_exercise, grade_submission, return_submission
-- requires   lock_enrollment
-- errors     those of lock_enrollment; an unknown enrolment locks nothing
create or replace function lock_attempts_of(
    p_enrollment_id uuid,
    p_is_visit boolean default true
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
begin
    perform lock_enrollment(
        p_enrollment_id => e.id,
        p_may_be_last => e.status = 'active' and e.total_lessons_count - e.completed_lessons_count <= 1
    )
    from enrollments as e
    where e.id = p_enrollment_id;

    update enrollments as e
    set last_accessed_at = case when p_is_visit then greatest(e.last_accessed_at, v_now) else e.last_accessed_at end
    where e.id = p_enrollment_id;
end;
$$;

comment on function lock_attempts_of is 'Internal: puts the caller in the queue for a learner''s attempts in a course.';
-- Granted to nobody: procedures call it.
revoke all on function lock_attempts_of from public;
