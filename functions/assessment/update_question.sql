-- update_question: change what is given, leave the rest.
--
-- Once the quiz has been attempted, options and points stand still, since answers and grades rest on them: remove the
-- question and add another. Text, key and explanation may be corrected at any time; what was graded keeps its grade
-- until regrade_quiz(). The type never changes. New options need the key with them, unless they say themselves what is right.
--
-- called by  approved instructors, administrators
-- requires   require_quiz_staff, normalise_question, hide_order
-- errors     PA401 · PA403 · PA404 no such question · PA409 options or points of an attempted quiz · PA422 options or key,
--            with the path · 23514 another value against a column's rule
create or replace function update_question(
    p_question_id uuid,
    p_question_text text default null,
    p_options jsonb default null,
    p_answer_key jsonb default null,
    p_points numeric default null,
    p_explanation text default null
)
returns void
language plpgsql
volatile
security definer -- updates quiz_questions and their keys, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_quiz quizzes := require_quiz_staff(
        p_quiz_id => (select q.quiz_id from quiz_questions as q where q.id = p_question_id)
    );
    v_question quiz_questions;
    v_options jsonb;
    v_answer_key jsonb;
begin
    select q.* into v_question from quiz_questions as q where q.id = p_question_id;

    if v_quiz.has_attempts and (p_options is not null or p_points <> v_question.points) then
        raise exception 'options and points of a question that was asked stand still'
            using errcode = 'PA409', detail = format('question_id = %s', p_question_id),
                hint = 'Remove the question and add another; text, key and explanation can be corrected.';
    end if;

    if p_options is not null or p_answer_key is not null then
        select n.options, n.answer_key
        into v_options, v_answer_key
        from normalise_question(
            p_question_type => v_question.question_type,
            p_options => coalesce(p_options, v_question.options),
            p_answer_key => p_answer_key
        ) as n;

        if v_question.question_type = 'ordering' and p_options is not null then
            select h.options, h.answer_key
            into v_options, v_answer_key
            from hide_order(options => v_options, answer_key => v_answer_key) as h;
        end if;
    end if;

    update quiz_questions as q
    set
        question_text = coalesce(p_question_text, q.question_text),
        options = coalesce(v_options, q.options),
        points = coalesce(p_points, q.points)
    where q.id = p_question_id;

    update quiz_question_keys as k
    set
        answer_key = coalesce(v_answer_key, k.answer_key),
        explanation = coalesce(p_explanation, k.explanation)
    where k.question_id = p_question_id;
end;
$$;

comment on function update_question is 'Changes the given columns of a question and its key.';
revoke all on function update_question from public;
grant execute on function update_question to pgacademy_instructor, pgacademy_admin;
