-- finish_attempt: grades an open attempt, with everything that follows.
--
-- called by  start_quiz, submit_quiz, close_overdue_attempts: they hold course_stats where it may matter, the enrolment,
--            and the attempt
-- requires   attempt_grading, settle_attempt
-- errors     those of apply_completion
create or replace function finish_attempt(
    p_attempt_id uuid,
    p_closed_by text,
    p_submitted_at timestamptz
)
returns table (
    lesson_completed boolean,
    course_completed boolean,
    xp_awarded integer,
    levels_gained integer,
    achievements jsonb,
    next_lesson_id uuid
)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    update quiz_attempts as a
    set
        status = 'graded',
        submitted_at = p_submitted_at,
        graded_at = clock_timestamp(),
        closed_by = p_closed_by,
        grading = g.grading,
        score = g.score,
        max_score = g.max_score,
        percentage = round(100 * g.score / g.max_score, 2),
        is_passed = round(100 * g.score / g.max_score, 2) >= q.passing_score,
        time_taken_seconds = floor(extract(epoch from p_submitted_at - a.started_at))
    from quiz_attempts as s
    cross join lateral attempt_grading(p_question_ids => s.question_ids, p_answers => s.answers) as g
    cross join quizzes as q
    where a.id = p_attempt_id and s.id = a.id and q.id = a.quiz_id;

    return query select t.* from settle_attempt(p_attempt_id => p_attempt_id, p_is_new => true) as t;
end;
$$;

comment on function finish_attempt is 'Internal: grades an attempt with all that follows; returns what changed.';
-- Granted to nobody: start_quiz, submit_quiz and close_overdue_attempts decide when.
revoke all on function finish_attempt from public;
