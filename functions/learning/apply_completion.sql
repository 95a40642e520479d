-- apply_completion: the heart. Completes a lesson for a learner, with everything that follows, and says what changed.
--
-- In one transaction: the completion is recorded; the trigger on lesson_progress moves the enrolment and completes the
-- course when it is done; XP and coins for lesson and course are given once; the streak advances in the learner's time
-- zone; the achievements that were reached are granted, with the XP they bring.
--
-- One row per learner and lesson, so a second completion changes nothing but this: a better score replaces a worse one
-- (counters follow, XP and coins do not come again). With an idempotency key a repeated call returns the row of the
-- first one.
--
-- Learners (p_by_learner): no score, only lessons that nobody grades, only after the lessons that come before, and the
-- time they report counts up to the time since start_lesson; without that call nothing of it counts. What staff and
-- imports report is a fact: time and order are taken as told.
--
-- Who teaches the course completes its lessons like everyone else, and gets nothing for it: no XP, no coins, no day of
-- a streak, no achievements. p_moves_streak is false for what may not count as a day of learning.
--
-- The course's row of course_stats is locked before the enrolment, as everywhere, when this may be the last lesson
-- (lock_enrollment).
--
-- called by  complete_lesson, record_completion, apply_completions, settle_attempt, grade_submission
-- requires   claim_idempotency_key, store_reply, lesson_reward, lock_enrollment, reward_courses,
--            reached_achievements, grant_achievements, calculate_user_level, next_lesson, refuse_locked_lesson; trigger
--            update_course_progress
-- errors     PA404 no such lesson or learner · PA409 not enrolled, enrolment not open, a chapter or hidden lesson,
--            graded lesson, lessons before it not done, key used for another request · PA422 score or time out of range
create or replace function apply_completion(
    p_user_id uuid,
    p_lesson_id uuid,
    p_score numeric,
    p_seconds integer,
    p_at timestamptz,
    p_by_learner boolean,
    p_moves_streak boolean,
    p_actor text,
    p_procedure text,
    p_idempotency_key text,
    p_request jsonb
)
returns table (
    lesson_progress_id uuid,
    enrollment_id uuid,
    course_id uuid,
    already_completed boolean,
    xp_awarded integer,
    course_completed boolean,
    progress_percentage numeric,
    completed_lessons integer,
    total_lessons integer,
    total_xp bigint,
    current_level integer,
    levels_gained integer,
    current_streak integer,
    longest_streak integer,
    achievements jsonb,
    next_lesson_id uuid,
    coins_awarded integer
)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_score constant numeric := round(p_score, 2);
    v_reply jsonb;
    v_lesson record;
    v_enrollment enrollments;
    v_progress lesson_progress;
    v_before user_stats;
    v_after user_stats;
    v_seconds integer := coalesce(p_seconds, 0);
    v_awarded integer := 0;
    v_course_reward record;
    v_achievements jsonb;
    v_achievement_xp integer;
begin
    if p_seconds < 0 then
        raise exception 'time spent cannot be negative'
            using errcode = 'PA422', detail = format('seconds = %s', p_seconds),
                hint = 'Pass the seconds spent in the lesson, or null.';
    end if;

    -- NaN is greater than any number.
    if p_score is not null and p_score not between 0 and 100 then
        raise exception 'a score is between 0 and 100'
            using errcode = 'PA422', detail = format('score = %s', left(p_score::text, 40)),
                hint = 'Pass the percentage reached, or null for none.';
    end if;

    v_reply := claim_idempotency_key(
        p_actor => p_actor, p_procedure => p_procedure, p_key => p_idempotency_key, p_request => p_request
    );

    if v_reply is not null then
        return query
        select r.*
        from jsonb_to_record(v_reply) as r (
            lesson_progress_id uuid, enrollment_id uuid, course_id uuid, already_completed boolean, xp_awarded integer,
            course_completed boolean, progress_percentage numeric, completed_lessons integer, total_lessons integer,
            total_xp bigint, current_level integer, levels_gained integer, current_streak integer,
            longest_streak integer, achievements jsonb, next_lesson_id uuid, coins_awarded integer
        );
        return;
    end if;

    -- Everything about the lesson in one look. What may change under us is looked at again once it is locked.
    select
        l.course_id,
        l.title,
        c.instructor_id = p_user_id as is_own,
        l.is_active and c.is_active as is_active,
        l.is_graded or l.lesson_type in ('quiz', 'assignment') as is_graded,
        exists (
            select from lessons as child where child.course_id = l.course_id and child.parent_lesson_id = l.id
        ) as is_chapter,
        w.xp,
        w.coins,
        -- In the order of an index: as a plain EXISTS it may read them all.
        coalesce(
            (
                select true
                from achievements as a
                where a.scope_course_id = l.course_id and a.is_active
                order by a.metric, a.threshold
                limit 1
            ),
            false
        ) as has_achievements,
        e.id as enrollment_id,
        e.status = 'active' and e.total_lessons_count - e.completed_lessons_count <= 1 as may_be_last
    into v_lesson
    from lessons as l
    inner join courses as c on c.id = l.course_id and c.deleted_at is null
    cross join lateral lesson_reward(p_lesson => l, p_is_own => c.instructor_id = p_user_id) as w
    left join enrollments as e on e.course_id = l.course_id and e.user_id = p_user_id
    where l.id = p_lesson_id;

    if not found then
        raise exception 'there is no such lesson'
            using errcode = 'PA404', detail = format('lesson_id = %s', coalesce(p_lesson_id::text, 'null')),
                hint = 'Look it up in the outline of its course.';
    end if;

    if v_lesson.enrollment_id is null then
        raise exception 'not enrolled in the course of this lesson'
            using errcode = 'PA409',
                detail = format('user_id = %s, course_id = %s', coalesce(p_user_id::text, 'null'), v_lesson.course_id),
                hint = 'Enrol first.';
    end if;

    if not v_lesson.is_active or v_lesson.is_chapter then
        raise exception 'this lesson cannot be completed'
            using errcode = 'PA409',
                detail = format(
                    'lesson_id = %s, chapter = %s, hidden = %s', p_lesson_id, v_lesson.is_chapter, not v_lesson.is_active
                ),
                hint = 'A chapter is done when its lessons are; a hidden lesson must be shown first.';
    end if;

    if p_by_learner and v_lesson.is_graded then
        raise exception 'this lesson is completed by its grading'
            using errcode = 'PA409', detail = format('lesson_id = %s', p_lesson_id),
                hint = 'Hand in the work; the grade completes the lesson.';
    end if;

    v_enrollment := lock_enrollment(
        p_enrollment_id => v_lesson.enrollment_id, p_may_be_last => v_lesson.may_be_last
    );

    if v_enrollment.status in ('dropped', 'expired') or (v_enrollment.status = 'active' and v_enrollment.expires_at <= p_at)
    then
        raise exception 'the enrolment is not open'
            using errcode = 'PA409',
                detail = format('enrollment_id = %s, status = %s, expires_at = %s',
                    v_enrollment.id, v_enrollment.status, coalesce(v_enrollment.expires_at::text, 'never')),
                hint = 'Enrol again; if the time is over, ask the instructor for more.';
    end if;

    -- A new statement, after the lock. Without counters the person is new, or gone.
    select p.* into v_progress from lesson_progress as p where p.user_id = p_user_id and p.lesson_id = p_lesson_id;
    select s.* into v_before from user_stats as s where s.user_id = p_user_id;

    already_completed := coalesce(v_progress.status = 'completed', false);
    lesson_progress_id := v_progress.id;

    if already_completed then
        if v_score > v_progress.score or (v_score is not null and v_progress.score is null) then
            update lesson_progress as p set score = v_score where p.id = v_progress.id;
        end if;
    else
        if p_by_learner then
            perform refuse_locked_lesson(p_enrollment_id => v_enrollment.id, p_lesson_id => p_lesson_id);

            v_seconds := least(
                v_seconds, greatest(0, coalesce(floor(extract(epoch from p_at - v_progress.started_at)), 0))
            );
        end if;

        insert into lesson_progress as p
        (
            enrollment_id, user_id, course_id, lesson_id, status, started_at, completed_at, time_spent_seconds,
            completion_percentage, score, xp_earned, coins_earned, counts_for_streak
        )
        values
        (
            v_enrollment.id, p_user_id, v_lesson.course_id, p_lesson_id, 'completed', p_at, p_at, v_seconds,
            100, v_score, v_lesson.xp, v_lesson.coins, p_moves_streak and not v_lesson.is_own
        )
        on conflict (user_id, lesson_id) do update
        set
            status = excluded.status,
            started_at = coalesce(p.started_at, excluded.started_at),
            completed_at = excluded.completed_at,
            time_spent_seconds = p.time_spent_seconds + excluded.time_spent_seconds,
            completion_percentage = excluded.completion_percentage,
            score = excluded.score,
            xp_earned = excluded.xp_earned,
            coins_earned = excluded.coins_earned,
            counts_for_streak = excluded.counts_for_streak
        returning p.id into lesson_progress_id;
    end if;

    -- What the trigger has made of it.
    select
        e.status = 'completed', e.progress_percentage, e.completed_lessons_count, e.total_lessons_count,
        case
            when already_completed then next_lesson(p_enrollment_id => e.id)
            else nullif(e.current_lesson_id, p_lesson_id)
        end,
        case when already_completed then 0 else p.xp_earned end,
        case when already_completed then 0 else p.coins_earned end
    into course_completed, progress_percentage, completed_lessons, total_lessons, next_lesson_id, v_awarded,
        coins_awarded
    from enrollments as e
    inner join lesson_progress as p on p.id = lesson_progress_id
    where e.id = v_enrollment.id;

    course_completed := course_completed and v_enrollment.status <> 'completed';
    achievements := '[]';

    if course_completed then
        select r.*
        into v_course_reward
        from reward_courses(
            p_user_ids => array[p_user_id], p_course_ids => array[v_lesson.course_id], p_occurred_at => array[p_at]
        ) as r;

        v_awarded := v_awarded + v_course_reward.xp_awarded;
        coins_awarded := coins_awarded + v_course_reward.coins_awarded;
        achievements := v_course_reward.achievements;
    end if;

    select s.* into v_after from user_stats as s where s.user_id = p_user_id;

    if
        not v_lesson.is_own
        and (not already_completed or v_score is not null)
        -- A look first: hardly any lesson reaches one.
        and (
            v_lesson.has_achievements
            or exists (select from reached_achievements(p_before => v_before, p_now => v_after))
        )
    then
        select
            jsonb_agg(
                jsonb_build_object(
                    'id', g.achievement_id, 'title', g.title, 'xp_reward', g.xp_reward,
                    'icon', coalesce(a.icon_emoji, a.icon_url)
                )
                order by g.step
            ),
            sum(g.xp_reward)
        into v_achievements, v_achievement_xp
        from grant_achievements(
            p_user_id => p_user_id, p_before => v_before, p_course_id => v_lesson.course_id, p_occurred_at => p_at
        ) with ordinality as g (achievement_id, course_id, title, xp_reward, step)
        inner join achievements as a on a.id = g.achievement_id;

        achievements := achievements || coalesce(v_achievements, '[]');
        v_awarded := v_awarded + coalesce(v_achievement_xp, 0);

        select s.* into v_after from user_stats as s where s.user_id = p_user_id;
    end if;

    enrollment_id := v_enrollment.id;
    course_id := v_lesson.course_id;
    xp_awarded := v_awarded;

    total_xp := v_after.total_xp;
    current_level := v_after.current_level;
    current_streak := v_after.current_streak;
    longest_streak := v_after.longest_streak;
    -- The person's row is ours since the first counter moved, so the total less what was given is that before.
    levels_gained := case
        when v_awarded = 0 then 0
        else v_after.current_level - calculate_user_level(p_total_xp => v_after.total_xp - v_awarded)
    end;

    if p_idempotency_key is not null then
        perform store_reply(
            p_actor => p_actor,
            p_procedure => p_procedure,
            p_key => p_idempotency_key,
            p_reply => jsonb_build_object(
                'lesson_progress_id', lesson_progress_id, 'enrollment_id', enrollment_id, 'course_id', course_id,
                'already_completed', already_completed, 'xp_awarded', xp_awarded,
                'course_completed', course_completed, 'progress_percentage', progress_percentage,
                'completed_lessons', completed_lessons, 'total_lessons', total_lessons, 'total_xp', total_xp,
                'current_level', current_level, 'levels_gained', levels_gained, 'current_streak', current_streak,
                'longest_streak', longest_streak, 'achievements', achievements, 'next_lesson_id', next_lesson_id,
                'coins_awarded', coins_awarded
            )
        );
    end if;

    return next;
end;
$$;

comment on function apply_completion is 'Internal: completes a lesson with all that follows; returns what changed.';
-- Granted to nobody: complete_lesson and record_completion decide who may.
revoke all on function apply_completion from public;
