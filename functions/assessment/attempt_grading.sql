-- attempt_grading: the points of all questions of an attempt, one by one and together.
--
-- called by  finish_attempt, regrade_quiz
-- requires   grade_answers
-- errors     none
create or replace function attempt_grading(
    p_question_ids uuid[],
    p_answers jsonb,
    out grading jsonb,
    out score numeric,
    out max_score numeric
)
language plpgsql -- keeps its plan
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    select
        jsonb_agg(
            jsonb_build_object('question_id', r.question_id, 'points', r.points, 'max_points', r.max_points) order by r.nth
        ),
        sum(r.points),
        sum(r.max_points)
    into grading, score, max_score
    from grade_answers(
        p_question_ids => p_question_ids, p_answers => p_answers
    ) with ordinality as r (question_id, points, max_points, nth);
end;
$$;

comment on function attempt_grading is 'Internal: the points of all questions of an attempt, one by one and together.';
-- Granted to nobody: whoever may call it can try out answers.
revoke all on function attempt_grading from public;
