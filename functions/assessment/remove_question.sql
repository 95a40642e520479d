-- remove_question: take a question out of its quiz.
--
-- Deleted while nobody has attempted the quiz; afterwards retired: new attempts do without it, those that were begun
-- with it keep it. Returns which: 'deleted' or 'retired'. The last question of a published quiz stays.
--
-- called by  approved instructors, administrators
-- requires   require_quiz_staff
-- errors     PA401 · PA403 · PA404 no such question · PA409 retired already, or the last one of a published quiz
create or replace function remove_question(
    p_question_id uuid
)
returns text
language plpgsql
volatile
security definer -- writes quiz_questions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_quiz quizzes := require_quiz_staff(
        p_quiz_id => (select q.quiz_id from quiz_questions as q where q.id = p_question_id)
    );
    v_position integer;
begin
    select q.position into v_position from quiz_questions as q where q.id = p_question_id;

    if v_position is null or (
        v_quiz.is_published
        and not exists (
            select from quiz_questions as q where q.quiz_id = v_quiz.id and q.retired_at is null and q.id <> p_question_id
        )
    ) then
        raise exception 'this question cannot be removed'
            using errcode = 'PA409', detail = format('question_id = %s', p_question_id),
                hint = 'It is retired already, or the only one of a published quiz.';
    end if;

    if v_quiz.has_attempts then
        update quiz_questions as q set position = null, retired_at = now() where q.id = p_question_id;
    else
        delete from quiz_questions as q where q.id = p_question_id;
    end if;

    update quiz_questions as q
    set position = q.position - 1
    where q.quiz_id = v_quiz.id and q.position > v_position;

    return case when v_quiz.has_attempts then 'retired' else 'deleted' end;
end;
$$;

comment on function remove_question is 'Takes a question out of its quiz; says whether it was deleted or, being attempted, retired.';
revoke all on function remove_question from public;
grant execute on function remove_question to pgacademy_instructor, pgacademy_admin;
