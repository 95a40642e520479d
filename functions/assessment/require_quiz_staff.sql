-- require_quiz_staff: the quiz, if the caller may change it, with its row written: from here on the caller has it alone.
--
-- Written, not locked, so that an older snapshot fails with 40001. The learner who begins a quiz first writes the same
-- row, so what the caller sees of has_attempts holds until they commit. The course comes before, as everywhere: several of
-- these calls may be one transaction, and update_quiz changes the lesson, too.
--
-- called by  update_quiz, add_question, update_question, remove_question, reorder_questions, delete_quiz,
--            regrade_quiz
-- requires   require_course_author, require_course_staff, lock_course
-- errors     PA401 · PA403 · PA404 no such quiz
create or replace function require_quiz_staff(
    p_quiz_id uuid
)
returns quizzes
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_quiz quizzes;
begin
    -- Whoever may not edit courses learns nothing about which quizzes there are.
    perform require_course_author();

    select q.* into v_quiz from quizzes as q where q.id = p_quiz_id;

    if found then
        perform require_course_staff(p_course_id => v_quiz.course_id);
        perform lock_course(p_course_id => v_quiz.course_id);

        -- None, if somebody has deleted it while this waited.
        update quizzes as q set has_attempts = q.has_attempts where q.id = p_quiz_id returning q.* into v_quiz;
    end if;

    if not found then
        raise exception 'there is no such quiz'
            using errcode = 'PA404', detail = format('quiz_id = %s', coalesce(p_quiz_id::text, 'null')),
                hint = 'Look it up among the quizzes of the course.';
    end if;

    return v_quiz;
end;
$$;

comment on function require_quiz_staff is 'Internal: the quiz that the caller may change, locked for them.';
-- Granted to nobody: it is part of procedures.
revoke all on function require_quiz_staff from public;
