-- submit_quiz: the calling learner hands an attempt in. It is graded at once, and what follows from that is done.
--
-- p_answers is added to what was saved, as save_answers does. Handing the same attempt in again changes nothing and
-- returns its grade with already_submitted, whatever answers come with it and however late.
--
-- quiz_percentage is the result of all attempts by the quiz's policy; quiz_passed whether it ever reached the passing
-- score. lesson_completed, course_completed, xp_awarded, levels_gained and achievements say what this call did.
--
-- called by  learners
-- requires   require_user, lock_attempts_of, require_open_attempt, check_answers, finish_attempt, note_access,
--            quiz_result
-- errors     PA401, PA403 from require_user · PA404 no such attempt of one's own · PA409 late, or the enrolment is not open ·
--            PA422 answers, with the path
create or replace function submit_quiz(
    p_attempt_id uuid,
    p_answers jsonb default '{}'
)
returns table (
    attempt_id uuid,
    attempt_number integer,
    attempts_left integer,
    already_submitted boolean,
    score numeric,
    max_score numeric,
    percentage numeric,
    is_passed boolean,
    quiz_percentage numeric,
    quiz_passed boolean,
    lesson_completed boolean,
    course_completed boolean,
    xp_awarded integer,
    levels_gained integer,
    achievements jsonb,
    next_lesson_id uuid
)
language plpgsql
volatile
security definer -- writes quiz_attempts, progress, XP and counters, which no learner may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_attempt quiz_attempts;
    v_enrollment record;
begin
    select a.* into v_attempt from quiz_attempts as a where a.id = p_attempt_id and a.user_id = v_user_id;

    if not found then
        raise exception 'there is no such attempt'
            using errcode = 'PA404', detail = format('attempt_id = %s', coalesce(p_attempt_id::text, 'null')),
                hint = 'start_quiz() returns the attempt that is open.';
    end if;

    perform lock_attempts_of(p_enrollment_id => v_attempt.enrollment_id);

    -- A new statement, after the lock.
    select a.* into v_attempt from quiz_attempts as a where a.id = p_attempt_id for no key update;

    already_submitted := v_attempt.status = 'graded';
    lesson_completed := false;
    course_completed := false;
    xp_awarded := 0;
    levels_gained := 0;
    achievements := '[]';

    if not already_submitted then
        perform require_open_attempt(p_attempt => v_attempt);
        perform check_answers(p_question_ids => v_attempt.question_ids, p_answers => coalesce(p_answers, '{}'));

        select e.id, e.status, e.expires_at
        into v_enrollment
        from enrollments as e
        where e.id = v_attempt.enrollment_id;

        if v_enrollment.status in ('dropped', 'expired')
            or (v_enrollment.status = 'active' and v_enrollment.expires_at <= now())
        then
            raise exception 'the enrolment is not open'
                using errcode = 'PA409',
                    detail = format('enrollment_id = %s, status = %s', v_enrollment.id, v_enrollment.status),
                    hint = 'Enrol again; if the time is over, ask the instructor for more.';
        end if;

        update quiz_attempts as a
        set answers = jsonb_strip_nulls(a.answers || coalesce(p_answers, '{}'))
        where a.id = p_attempt_id;

        select f.*
        into lesson_completed, course_completed, xp_awarded, levels_gained, achievements, next_lesson_id
        from finish_attempt(
            p_attempt_id => p_attempt_id, p_closed_by => 'learner', p_submitted_at => clock_timestamp()
        ) as f;

        select a.* into v_attempt from quiz_attempts as a where a.id = p_attempt_id;
    end if;

    perform note_access(p_enrollment_id => v_attempt.enrollment_id);

    select
        quiz_result(p_enrollment_id => v_attempt.enrollment_id, p_quiz_id => q.id, p_grade_policy => q.grade_policy),
        greatest(0, q.max_attempts - (
            select max(a.attempt_number)
            from quiz_attempts as a
            where a.enrollment_id = v_attempt.enrollment_id and a.quiz_id = q.id
        )),
        quiz_result(p_enrollment_id => v_attempt.enrollment_id, p_quiz_id => q.id, p_grade_policy => q.grade_policy)
        >= q.passing_score
        or exists (
            select from quiz_attempts as a where a.user_id = v_user_id and a.quiz_id = q.id and a.first_pass
        )
    into quiz_percentage, attempts_left, quiz_passed
    from quizzes as q
    where q.id = v_attempt.quiz_id;

    attempt_id := v_attempt.id;
    attempt_number := v_attempt.attempt_number;
    score := v_attempt.score;
    max_score := v_attempt.max_score;
    percentage := v_attempt.percentage;
    is_passed := v_attempt.is_passed;
    return next;
end;
$$;

comment on function submit_quiz is 'Hands in the calling learner''s attempt; returns its grade and what followed.';
revoke all on function submit_quiz from public;
grant execute on function submit_quiz to pgacademy_student;
