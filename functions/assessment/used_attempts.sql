-- used_attempts: how many of their attempts at an exercise a learner has used. What was returned does not count.
--
-- called by  add_submission, start_exercise, submit_exercise
-- errors     none
create or replace function used_attempts(
    p_enrollment_id uuid,
    p_exercise_id uuid
)
returns integer
language plpgsql -- keeps its plan
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return (
        select count(*)
        from exercise_submissions as s
        where s.enrollment_id = p_enrollment_id and s.exercise_id = p_exercise_id and s.status <> 'returned'
    );
end;
$$;

comment on function used_attempts is 'Internal: how many of their attempts at an exercise a learner has used.';
-- Granted to nobody: part of procedures.
revoke all on function used_attempts from public;
