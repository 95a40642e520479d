-- review_quiz: an attempt of one's own that was graded, question by question, in its order.
--
-- Points, key and explanation only as the quiz's show_answers allows, null otherwise, and never while another attempt at
-- the quiz is open: after_attempt – now; after_passing – once the quiz is passed; after_last_attempt – once no attempt is
-- left (never, where there is no limit).
--
-- called by  learners
-- requires   require_user, quiz_result
-- errors     PA401, PA403 from require_user · PA404 no such attempt of one's own · PA409 not graded yet
create or replace function review_quiz(
    p_attempt_id uuid
)
returns table (
    question_number integer,
    question_id uuid,
    question_type text,
    question_text text,
    options jsonb,
    answer jsonb,
    max_points numeric,
    points numeric,
    answer_key jsonb,
    explanation text
)
language plpgsql
stable
security definer -- reads quiz_questions and their keys, which no learner may read
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_attempt quiz_attempts;
    v_shown boolean;
begin
    select a.* into v_attempt from quiz_attempts as a where a.id = p_attempt_id and a.user_id = v_user_id;

    if not found then
        raise exception 'there is no such attempt'
            using errcode = 'PA404', detail = format('attempt_id = %s', coalesce(p_attempt_id::text, 'null')),
                hint = 'Look it up among your attempts.';
    end if;

    if v_attempt.status <> 'graded' then
        raise exception 'this attempt is not graded yet'
            using errcode = 'PA409', detail = format('attempt_id = %s', p_attempt_id), hint = 'Hand it in first.';
    end if;

    select
        case q.show_answers
            when 'after_attempt' then true
            when 'after_passing' then
                quiz_result(
                    p_enrollment_id => v_attempt.enrollment_id, p_quiz_id => q.id, p_grade_policy => q.grade_policy
                ) >= q.passing_score
                or exists (
                    select from quiz_attempts as a where a.user_id = v_user_id and a.quiz_id = q.id and a.first_pass
                )
            when 'after_last_attempt' then coalesce(
                q.max_attempts <= (
                    select count(*) from quiz_attempts as a
                    where a.enrollment_id = v_attempt.enrollment_id and a.quiz_id = q.id
                ),
                false
            )
            else false
        end
        and not exists (
            select from quiz_attempts as a
            where a.enrollment_id = v_attempt.enrollment_id and a.quiz_id = q.id and a.status = 'in_progress'
        )
    into v_shown
    from quizzes as q
    where q.id = v_attempt.quiz_id;

    return query
    select
        g.nth::integer,
        q.id,
        q.question_type,
        q.question_text,
        q.options,
        v_attempt.answers -> q.id::text,
        (g.item ->> 'max_points')::numeric,
        case when v_shown then (g.item ->> 'points')::numeric end,
        case when v_shown then k.answer_key end,
        case when v_shown then k.explanation end
    from jsonb_array_elements(v_attempt.grading) with ordinality as g (item, nth)
    inner join quiz_questions as q on q.id = (g.item ->> 'question_id')::uuid
    left join quiz_question_keys as k on k.question_id = q.id
    order by g.nth;
end;
$$;

comment on function review_quiz is 'A graded attempt of the calling learner, question by question; what is right only if it may be shown.';
revoke all on function review_quiz from public;
grant execute on function review_quiz to pgacademy_student;
