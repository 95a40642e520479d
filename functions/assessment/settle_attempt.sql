-- settle_attempt: what follows from the grade of an attempt.
--
-- The result of the quiz, by its policy, decides. Once it has reached the passing score: the quiz counts as passed, and
-- the lesson is completed, with the result as its score if the quiz is graded (practice completes it without a score).
-- A later result moves that score, down too where the policy is last or average; a completed lesson stays completed.
-- Where no lesson is completed, a new attempt with at least one answer is a day of learning all the same.
--
-- Whatever became of the learner and the course; but only an open enrolment completes a lesson, and who teaches the
-- course gets nothing for it.
--
-- called by  finish_attempt, regrade_quiz
-- requires   quiz_result, takes_completion, exercise_result, apply_completion, record_activity, count_deed,
--            calculate_user_level
-- errors     those of apply_completion
create or replace function settle_attempt(
    p_attempt_id uuid,
    p_is_new boolean
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
declare
    v_attempt quiz_attempts;
    v_quiz quizzes;
    v_at timestamptz;
    v_result numeric;
    v_is_own boolean;
    v_is_open boolean;
    v_first_pass boolean;
    v_done record;
    v_deed record;
    v_level integer;
begin
    select a.* into v_attempt from quiz_attempts as a where a.id = p_attempt_id;
    -- By the clock: a transaction that is older than the attempt's end has no day of its own. Nothing lies in the future.
    v_at := least(v_attempt.submitted_at, clock_timestamp());

    select q.* into v_quiz from quizzes as q where q.id = v_attempt.quiz_id;

    v_result := quiz_result(
        p_enrollment_id => v_attempt.enrollment_id, p_quiz_id => v_quiz.id, p_grade_policy => v_quiz.grade_policy
    );

    select
        c.instructor_id = v_attempt.user_id,
        v_result >= v_quiz.passing_score and u.deleted_at is null and c.instructor_id <> v_attempt.user_id
        and not exists (
            select from quiz_attempts as a where a.user_id = u.id and a.quiz_id = v_quiz.id and a.first_pass
        )
    into v_is_own, v_first_pass
    from users as u
    inner join courses as c on c.id = v_attempt.course_id
    where u.id = v_attempt.user_id;

    v_is_open := takes_completion(
        p_enrollment_id => v_attempt.enrollment_id, p_lesson_id => v_quiz.lesson_id, p_at => v_at
    );

    if v_first_pass then
        update quiz_attempts as a set first_pass = true where a.id = p_attempt_id;
    end if;

    lesson_completed := false;
    course_completed := false;
    xp_awarded := 0;
    achievements := '[]';

    if
        v_is_open
        and v_result >= v_quiz.passing_score
        -- Where the lesson has exercises as well, whatever is passed last completes it.
        and not exists (
            select
            from exercise_result(
                p_enrollment_id => v_attempt.enrollment_id,
                p_course_id => v_attempt.course_id,
                p_lesson_id => v_quiz.lesson_id
            ) as x
            where x.is_left
        )
    then
        select c.*
        into v_done
        from apply_completion(
            p_user_id => v_attempt.user_id,
            p_lesson_id => v_quiz.lesson_id,
            p_score => case when v_quiz.quiz_type = 'graded' then v_result end,
            p_seconds => v_attempt.time_taken_seconds,
            p_at => v_at,
            p_by_learner => false,
            p_moves_streak => p_is_new,
            p_actor => null,
            p_procedure => null,
            p_idempotency_key => null,
            p_request => null
        ) as c;

        lesson_completed := not v_done.already_completed;
        course_completed := v_done.course_completed;
        xp_awarded := v_done.xp_awarded;
        achievements := v_done.achievements;
        next_lesson_id := v_done.next_lesson_id;
    end if;

    -- A score that was worse than before, or of an attempt that did not pass. Only where this quiz gave the score.
    if v_quiz.quiz_type = 'graded' and v_quiz.grade_policy <> 'best' and v_is_open then
        update lesson_progress as p
        set score = v_result
        where
            p.user_id = v_attempt.user_id
            and p.lesson_id = v_quiz.lesson_id
            and p.status = 'completed'
            and p.score <> v_result
            and exists (
                select from quiz_attempts as a
                where a.user_id = v_attempt.user_id and a.quiz_id = v_quiz.id and a.first_pass
            );
    end if;

    if p_is_new and not lesson_completed and not v_is_own and v_is_open and v_attempt.answers <> '{}' then
        perform record_activity(
            p_user_id => v_attempt.user_id, p_activity_type => 'quiz', p_occurred_at => v_at
        );
    end if;

    if v_first_pass then
        v_deed := count_deed(p_user_id => v_attempt.user_id, p_metric => 'quizzes_passed', p_occurred_at => v_at);
        achievements := achievements || v_deed.achievements;
        xp_awarded := xp_awarded + v_deed.xp_awarded;
    end if;

    -- The person's row is ours since the first counter moved, so the total less what was given is that before.
    select s.current_level - calculate_user_level(p_total_xp => s.total_xp - xp_awarded)
    into v_level
    from user_stats as s
    where s.user_id = v_attempt.user_id;

    levels_gained := case when xp_awarded = 0 then 0 else coalesce(v_level, 0) end;

    return next;
end;
$$;

comment on function settle_attempt is 'Internal: what follows from the grade of an attempt; returns what changed.';
-- Granted to nobody: part of procedures.
revoke all on function settle_attempt from public;
