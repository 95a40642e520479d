-- reorder_questions: give the questions of a quiz a new order.
--
-- The list names each of them exactly once. One update does it: that no two share a place is checked at its end.
--
-- called by  approved instructors, administrators
-- requires   require_quiz_staff
-- errors     PA401 · PA403 · PA404 no such quiz · PA409 the list is not the questions of the quiz
create or replace function reorder_questions(
    p_quiz_id uuid,
    p_question_ids uuid[]
)
returns void
language plpgsql
volatile
security definer -- updates quiz_questions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_quiz quizzes := require_quiz_staff(p_quiz_id => p_quiz_id);
begin
    if
        (select array_agg(i.id order by i.id) from unnest(p_question_ids) as i (id))
        is distinct from (
            select array_agg(q.id order by q.id)
            from quiz_questions as q
            where q.quiz_id = v_quiz.id and q.retired_at is null
        )
    then
        raise exception 'the list is not the questions of this quiz as they are now'
            using errcode = 'PA409',
                detail = format('quiz_id = %s, named = %s', p_quiz_id, coalesce(cardinality(p_question_ids), 0)),
                hint = 'Read the questions again and give each of them once.';
    end if;

    update quiz_questions as q
    set position = i.place
    from unnest(p_question_ids) with ordinality as i (id, place)
    where q.id = i.id and q.position <> i.place;
end;
$$;

comment on function reorder_questions is 'Puts the questions of a quiz into the given order.';
revoke all on function reorder_questions from public;
grant execute on function reorder_questions to pgacademy_instructor, pgacademy_admin;
