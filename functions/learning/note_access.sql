-- note_access: the person was in the course of this enrolment, as it says itself, and with that in one of their courses.
--
-- What writes an enrolment's last_accessed_at calls this after all that comes before user_stats in the order of locks; what
-- gives a learner time to work calls it before it reads the clock. Enrolling and completing say it with all else they count
-- (bump_stats). Nothing newer, nothing written.
--
-- called by  start_lesson, record_start, start_quiz, submit_quiz, start_exercise, submit_exercise, apply_enrollment
-- requires   nothing
-- errors     none
create or replace function note_access(
    p_enrollment_id uuid
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    update user_stats as s
    set last_accessed_at = e.last_accessed_at
    from enrollments as e
    where
        e.id = p_enrollment_id
        and s.user_id = e.user_id
        and (s.last_accessed_at >= e.last_accessed_at) is not true;
end;
$$;

comment on function note_access is 'Internal: moves a person''s last access to that of an enrolment.';
-- Granted to nobody: procedures call it.
revoke all on function note_access from public;
