-- quiz_result: what a learner's graded attempts at a quiz make together, by its policy: the best, the last or the average
-- percentage; null before the first. The one place that knows the policy.
--
-- called by  settle_attempt, regrade_quiz, submit_quiz, review_quiz, grade_submission, v_my_quizzes
-- errors     none
create or replace function quiz_result(
    p_enrollment_id uuid,
    p_quiz_id uuid,
    p_grade_policy text
)
returns numeric
language plpgsql -- keeps its plan; an SQL function of this kind is planned with every call before PostgreSQL 18
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return (
        select
            case p_grade_policy
                when 'best' then max(a.percentage)
                when 'last' then (array_agg(a.percentage order by a.attempt_number desc))[1]
                else round(avg(a.percentage), 2)
            end
        from quiz_attempts as a
        where a.enrollment_id = p_enrollment_id and a.quiz_id = p_quiz_id and a.status = 'graded'
    );
end;
$$;

comment on function quiz_result is 'The result of a learner''s graded attempts at a quiz, by its policy.';
revoke all on function quiz_result from public;
-- It reads what its caller may read: v_my_quizzes calls it for the reader.
grant execute on function quiz_result to pgacademy_student, pgacademy_instructor, pgacademy_admin;
