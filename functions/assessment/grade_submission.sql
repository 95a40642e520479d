-- grade_submission: staff of the course grade work that was handed in, with everything that follows.
--
-- By the exercise's rubric, if it has one: p_rubric gives every criterion its points, {"<id>": {"points": n, "comment":
-- ...}}, and the score is their sum. Without a rubric p_score says it. A second grade needs p_reason; every grade is
-- kept in exercise_grades, the last one counts.
--
-- The first time a learner reaches the passing score the exercise counts as completed and pays its coins, once. When
-- that was the last mandatory exercise of the lesson, and its graded quiz is passed, the lesson is completed, as of
-- when the work was handed in, with the mean of the best percentages as its score. A later grade moves that score, down
-- too; what was completed and paid stays. Graded whatever became of the learner and the course; but only an open
-- enrolment completes a lesson, and who teaches the course gets nothing for it.
--
-- called by  approved instructors, administrators
-- requires   require_submission_staff, claim_idempotency_key, store_reply, lock_attempts_of, rubric_grading,
--            exercise_result, takes_completion, quiz_result, apply_completion, coin_ceiling, grant_coins, count_deed,
--            calculate_user_level, write_audit
-- errors     PA401 · PA403 not staff of the course; one's own work · PA404 no such submission · PA409 returned; graded,
--            and no reason; key used for another request · PA422 score out of range, or not by the rubric, with the
--            path · 23514 a text too long
create or replace function grade_submission(
    p_submission_id uuid,
    p_score numeric default null,
    p_rubric jsonb default null,
    p_feedback text default null,
    p_reason text default null,
    p_idempotency_key text default null
)
returns table (
    submission_id uuid,
    grade_number integer,
    score numeric,
    max_score numeric,
    percentage numeric,
    previous_percentage numeric,
    is_passed boolean,
    exercise_completed boolean,
    lesson_completed boolean,
    course_completed boolean,
    xp_awarded integer,
    coins_awarded integer,
    levels_gained integer,
    achievements jsonb
)
language plpgsql
volatile
security definer -- writes submissions, progress, XP, coins and counters, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_actor_id uuid := require_submission_staff(p_submission_id => p_submission_id);
    v_reply jsonb;
    v_submission exercise_submissions;
    v_exercise exercises;
    v_before record;
    v_result record;
    v_rubric jsonb;
    v_score numeric;
    v_is_open boolean;
    v_is_due boolean;
    v_done record;
    v_deed record;
    v_coins bigint;
    v_level integer;
begin
    v_reply := claim_idempotency_key(
        p_actor => v_actor_id::text,
        p_procedure => 'grade_submission',
        p_key => p_idempotency_key,
        p_request => case
            when p_idempotency_key is not null then jsonb_build_object(
                'submission_id', p_submission_id, 'score', p_score, 'rubric', p_rubric, 'feedback', p_feedback,
                'reason', p_reason
            )
        end
    );

    if v_reply is not null then
        return query
        select r.*
        from jsonb_to_record(v_reply) as r (
            submission_id uuid, grade_number integer, score numeric, max_score numeric, percentage numeric,
            previous_percentage numeric, is_passed boolean, exercise_completed boolean, lesson_completed boolean,
            course_completed boolean, xp_awarded integer, coins_awarded integer, levels_gained integer, achievements jsonb
        );
        return;
    end if;

    perform lock_attempts_of(
        p_enrollment_id => (select s.enrollment_id from exercise_submissions as s where s.id = p_submission_id),
        p_is_visit => false
    );

    -- New statements, after the lock.
    select s.* into v_submission from exercise_submissions as s where s.id = p_submission_id for no key update;
    select x.* into v_exercise from exercises as x where x.id = v_submission.exercise_id;

    if v_submission.status = 'returned' or (v_submission.status = 'graded' and p_reason !~ '[^[:space:]]' is not false) then
        raise exception 'this submission is % already', v_submission.status
            using errcode = 'PA409', detail = format('submission_id = %s, status = %s', p_submission_id, v_submission.status),
                hint = 'Pass a reason to grade it anew; what was returned is handed in again.';
    end if;

    if v_exercise.rubric is not null then
        v_rubric := rubric_grading(p_rubric => v_exercise.rubric, p_points => p_rubric);
        select sum((c.value -> 'points')::numeric) into v_score from jsonb_array_elements(v_rubric -> 'criteria') as c (value);
    else
        v_score := round(p_score, 2);
    end if;

    if
        (v_exercise.rubric is null and p_rubric is not null)
        or v_score is null
        or v_score not between 0 and v_exercise.max_score
        or (p_score is not null and round(p_score, 2) <> v_score)
    then
        raise exception 'this is no grade for this exercise'
            using errcode = 'PA422',
                detail = format(
                    'score = %s, max_score = %s, rubric = %s', coalesce(left(p_score::text, 40), 'null'), v_exercise.max_score,
                    v_exercise.rubric is not null
                ),
                hint = 'Pass a score from 0 to max_score; where there is a rubric, points for each of its criteria.';
    end if;

    v_before := exercise_result(
        p_enrollment_id => v_submission.enrollment_id, p_course_id => v_exercise.course_id, p_lesson_id => v_exercise.lesson_id
    );

    previous_percentage := v_submission.percentage;
    submission_id := p_submission_id;
    score := v_score;
    max_score := v_exercise.max_score;
    percentage := round(100 * v_score / v_exercise.max_score, 2);
    is_passed := percentage >= v_exercise.passing_score;

    select
        is_passed
        and u.deleted_at is null
        and c.instructor_id <> u.id
        and not exists (
            select from exercise_submissions as s
            where s.user_id = u.id and s.exercise_id = v_exercise.id and s.first_pass
        )
    into exercise_completed
    from users as u
    inner join courses as c on c.id = v_exercise.course_id
    where u.id = v_submission.user_id;

    select coalesce(max(g.grade_number), 0) + 1
    into grade_number
    from exercise_grades as g
    where g.submission_id = p_submission_id;

    insert into exercise_grades as g (
        submission_id, user_id, course_id, grade_number, graded_at, graded_by, score, max_score, percentage, is_passed,
        rubric, feedback, reason
    )
    values (
        p_submission_id, v_submission.user_id, v_submission.course_id, grade_number, clock_timestamp(), v_actor_id, score,
        max_score, percentage, is_passed, v_rubric, p_feedback, case when grade_number > 1 then p_reason end
    );

    update exercise_submissions as s
    set
        status = 'graded',
        graded_at = g.graded_at,
        graded_by = g.graded_by,
        score = g.score,
        max_score = g.max_score,
        percentage = g.percentage,
        is_passed = g.is_passed,
        first_pass = s.first_pass or exercise_completed,
        rubric = g.rubric,
        feedback = g.feedback
    from exercise_grades as g
    where s.id = p_submission_id and g.submission_id = s.id and g.grade_number = grade_submission.grade_number;

    v_result := exercise_result(
        p_enrollment_id => v_submission.enrollment_id, p_course_id => v_exercise.course_id, p_lesson_id => v_exercise.lesson_id
    );
    v_is_open := takes_completion(
        p_enrollment_id => v_submission.enrollment_id, p_lesson_id => v_exercise.lesson_id, p_at => v_submission.submitted_at
    );
    v_is_due := v_is_open and is_passed and v_result.result is not null and not v_result.is_left and not exists (
        select
        from quizzes as q
        where
            q.lesson_id = v_exercise.lesson_id
            and q.is_published
            and q.quiz_type = 'graded'
            and quiz_result(
                p_enrollment_id => v_submission.enrollment_id, p_quiz_id => q.id, p_grade_policy => q.grade_policy
            ) >= q.passing_score is not true
            and not exists (
                select from quiz_attempts as a
                where a.user_id = v_submission.user_id and a.quiz_id = q.id and a.first_pass
            )
    );

    lesson_completed := false;
    course_completed := false;
    xp_awarded := 0;
    coins_awarded := 0;
    achievements := '[]';

    if v_is_due then
        select c.*
        into v_done
        from apply_completion(
            p_user_id => v_submission.user_id,
            p_lesson_id => v_exercise.lesson_id,
            p_score => v_result.result,
            p_seconds => case
                when v_submission.deadline_at is not null
                    then floor(extract(epoch from v_submission.submitted_at - v_submission.started_at))::integer
            end,
            p_at => least(v_submission.submitted_at, clock_timestamp()),
            p_by_learner => false,
            -- Handing in was the day of learning.
            p_moves_streak => false,
            p_actor => null,
            p_procedure => null,
            p_idempotency_key => null,
            p_request => null
        ) as c;

        lesson_completed := not v_done.already_completed;
        course_completed := v_done.course_completed;
        xp_awarded := v_done.xp_awarded;
        coins_awarded := v_done.coins_awarded;
        achievements := v_done.achievements;
    end if;

    -- A result that fell. Only where the lesson's score is what the exercises gave it.
    if v_is_open and v_result.result < v_before.result then
        update lesson_progress as p
        set score = v_result.result
        where
            p.user_id = v_submission.user_id
            and p.lesson_id = v_exercise.lesson_id
            and p.status = 'completed'
            and p.score = v_before.result;
    end if;

    if exercise_completed then
        v_coins := least(v_exercise.coin_reward, coin_ceiling(p_of => 'exercise'));

        if v_coins > 0 then
            coins_awarded := coins_awarded + grant_coins(
                p_user_id => v_submission.user_id,
                p_amount => v_coins,
                p_source_type => 'exercise',
                p_source_id => v_exercise.id,
                p_description => v_exercise.title
            );
        end if;

        v_deed := count_deed(
            p_user_id => v_submission.user_id, p_metric => 'exercises_completed', p_occurred_at => now()
        );
        achievements := achievements || v_deed.achievements;
        xp_awarded := xp_awarded + v_deed.xp_awarded;
    end if;

    perform write_audit(
        p_action => 'assessment.grade_submission', p_entity_type => 'exercise_submissions', p_entity_id => p_submission_id::text
    );

    -- The person's row is ours since the first counter moved, so the total less what was given is that before.
    select s.current_level - calculate_user_level(p_total_xp => s.total_xp - xp_awarded)
    into v_level
    from user_stats as s
    where s.user_id = v_submission.user_id;

    levels_gained := case when xp_awarded = 0 then 0 else coalesce(v_level, 0) end;

    if p_idempotency_key is not null then
        perform store_reply(
            p_actor => v_actor_id::text,
            p_procedure => 'grade_submission',
            p_key => p_idempotency_key,
            p_reply => jsonb_build_object(
                'submission_id', submission_id, 'grade_number', grade_number, 'score', score, 'max_score', max_score,
                'percentage', percentage, 'previous_percentage', previous_percentage, 'is_passed', is_passed,
                'exercise_completed', exercise_completed, 'lesson_completed', lesson_completed,
                'course_completed', course_completed, 'xp_awarded', xp_awarded, 'coins_awarded', coins_awarded,
                'levels_gained', levels_gained, 'achievements', achievements
            )
        );
    end if;

    return next;
end;
$$;

comment on function grade_submission is 'Grades work that was handed in, with all that follows; a second grade needs a reason.';
revoke all on function grade_submission from public;
grant execute on function grade_submission to pgacademy_instructor, pgacademy_admin;
