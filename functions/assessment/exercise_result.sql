-- exercise_result: what a learner's exercises of a lesson make together: whether a mandatory one is still to be passed, and the
-- mean of the best percentages; null where the lesson has none. The one place that knows it.
--
-- What was passed once stays passed, whatever it was graded later.
--
-- called by  settle_attempt, grade_submission
-- errors     none
create or replace function exercise_result(
    p_enrollment_id uuid,
    p_course_id uuid,
    p_lesson_id uuid,
    out is_left boolean,
    out result numeric
)
language plpgsql -- keeps its plan
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    select coalesce(bool_or(not b.is_passed), false), round(avg(b.best), 2)
    into is_left, result
    from exercises as x
    cross join lateral (
        select coalesce(max(s.percentage), 0) as best, coalesce(bool_or(s.is_passed or s.first_pass), false) as is_passed
        from exercise_submissions as s
        where s.enrollment_id = p_enrollment_id and s.exercise_id = x.id
    ) as b
    where x.course_id = p_course_id and x.lesson_id = p_lesson_id and x.is_published and x.is_mandatory;
end;
$$;

comment on function exercise_result is 'Internal: what a learner''s exercises of a lesson make together.';
-- Granted to nobody: part of procedures.
revoke all on function exercise_result from public;
