-- add_question: a new question, at the end of the quiz or before what is at the given position now.
--
-- Options and key as normalise_question has them; what is right goes where no learner reads. A published quiz may get
-- further questions: attempts that were begun go on with those they have.
--
-- called by  approved instructors, administrators
-- requires   require_quiz_staff, normalise_question, hide_order
-- errors     PA401 · PA403 · PA404 no such quiz · PA409 500 questions are the most · PA422 options or key, with the path;
--            a position below 1; no text · 23514 another value against a column's rule
create or replace function add_question(
    p_quiz_id uuid,
    p_question_type text,
    p_question_text text,
    p_options jsonb default null,
    p_answer_key jsonb default null,
    p_points numeric default 1,
    p_explanation text default null,
    p_position integer default null
)
returns uuid
language plpgsql
volatile
security definer -- inserts into quiz_questions and their keys, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_quiz quizzes := require_quiz_staff(p_quiz_id => p_quiz_id);
    v_question record;
    v_count integer;
    v_question_id uuid;
begin
    if p_position < 1 or p_question_text is null or p_question_text !~ '[^[:space:]]' then
        raise exception 'a question has a text, and a place from 1'
            using errcode = 'PA422',
                detail = format('position = %s, text = %s', p_position, quote_nullable(left(p_question_text, 100))),
                hint = 'Give it a text of 1 to 10000 characters, and no place for the end.';
    end if;

    v_question := normalise_question(
        p_question_type => p_question_type, p_options => p_options, p_answer_key => p_answer_key
    );

    if p_question_type = 'ordering' then
        v_question := hide_order(options => v_question.options, answer_key => v_question.answer_key);
    end if;

    select count(*) into v_count from quiz_questions as q where q.quiz_id = v_quiz.id and q.retired_at is null;

    if v_count >= 500 then
        raise exception 'a quiz has at most 500 questions'
            using errcode = 'PA409', detail = format('quiz_id = %s', p_quiz_id), hint = 'Remove one first.';
    end if;

    update quiz_questions as q
    set position = q.position + 1
    where q.quiz_id = v_quiz.id and q.position >= p_position;

    insert into quiz_questions (quiz_id, question_type, question_text, options, points, position)
    values (
        v_quiz.id, p_question_type, p_question_text, v_question.options, p_points,
        least(coalesce(p_position, v_count + 1), v_count + 1)
    )
    returning id into v_question_id;

    insert into quiz_question_keys (question_id, answer_key, explanation)
    values (v_question_id, v_question.answer_key, p_explanation);

    return v_question_id;
end;
$$;

comment on function add_question is 'Adds a question to a quiz; returns its id.';
revoke all on function add_question from public;
grant execute on function add_question to pgacademy_instructor, pgacademy_admin;
