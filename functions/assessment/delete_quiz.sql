-- delete_quiz: take a quiz away that nobody has begun, with its questions. One that was begun is unpublished instead: see
-- update_quiz.
--
-- A lesson that only this quiz could complete stays graded: update_lesson() gives it back to its learners.
--
-- called by  approved instructors, administrators
-- requires   require_quiz_staff
-- errors     PA401 · PA403 · PA404 no such quiz · PA409 somebody has begun it
create or replace function delete_quiz(
    p_quiz_id uuid
)
returns void
language plpgsql
volatile
security definer -- deletes from quizzes, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    -- Written there, so that the learner who begins it first takes turns with us.
    v_quiz quizzes := require_quiz_staff(p_quiz_id => p_quiz_id);
begin
    if v_quiz.has_attempts then
        raise exception 'somebody has begun this quiz'
            using errcode = 'PA409', detail = format('quiz_id = %s', p_quiz_id),
                hint = 'Take it from the learners with update_quiz(p_is_published => false).';
    end if;

    delete from quizzes as q where q.id = p_quiz_id;
end;
$$;

comment on function delete_quiz is 'Deletes a quiz that nobody has begun.';
revoke all on function delete_quiz from public;
grant execute on function delete_quiz to pgacademy_instructor, pgacademy_admin;
