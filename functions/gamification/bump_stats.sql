-- bump_stats: the writer of a person's row of counters, in one UPDATE whatever an event has moved.
--
-- Amounts are differences, so that concurrent callers add up; a correction passes negative ones. A score counts as one
-- more scored lesson, and as a perfect one if it is 100; p_score_before is the one it replaces, or that goes. The last
-- activity only moves forward.
--
-- XP that was just written to the ledger moves the total, the level, and the week and month of p_xp_at, which begin in
-- the school's time zone. The period columns hold the latest period anything was earned in: an event of a newer one begins
-- it, one of the same adds to it, an older one changes the total only. So weekly_xp is always the sum of the ledger
-- over that week.
--
-- Achievements are those just granted, with the XP they bring.
--
-- Coins are those just entered as a reward, negative when one is taken back; what is bought or sent is not counted here.
--
-- Seconds are those spent in lessons. The last access, to any of the person's courses, only moves forward: p_accessed_at says
-- what was written to the enrolment.
--
-- The streak is that of p_streak, a row as move_streak left it, from a caller that holds the lock; null leaves it alone.
--
-- Returns the row as it is now.
--
-- called by  grant_xp, grant_achievements, reverse_xp, reward_lesson, record_activity, count_enrollment,
--            update_course_progress, grant_coins, reverse_posted_coins, register_file, create_material,
--            start_study_session
-- requires   calculate_user_level, period_xp, school_zone, ensure_user_stats, notify
-- errors     PA404 no such person
create or replace function bump_stats(
    p_user_id uuid,
    p_lessons integer default 0,
    p_courses_completed integer default 0,
    p_courses_enrolled integer default 0,
    p_score numeric default null,
    p_occurred_at timestamptz default null,
    p_score_before numeric default null,
    p_xp integer default 0,
    p_xp_at timestamptz default null,
    p_streak user_stats default null,
    p_coins bigint default 0,
    p_achievements integer default 0,
    p_seconds integer default 0,
    p_accessed_at timestamptz default null
)
returns user_stats
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_week date;
    v_month date;
    v_stats user_stats;
begin
    if p_xp <> 0 then
        v_month := (p_xp_at at time zone school_zone())::date;
        v_week := date_trunc('week', v_month)::date;
        v_month := date_trunc('month', v_month)::date;
    end if;

    loop
        -- Written with the row's own values, so that a writer who waited for another adds to what that one left.
        -- A reversal after a change of time zone may fall outside: a period never shows less than nothing.
        update user_stats as s
        set
            lessons_completed = s.lessons_completed + coalesce(p_lessons, 0),
            courses_completed = s.courses_completed + coalesce(p_courses_completed, 0),
            courses_enrolled = s.courses_enrolled + coalesce(p_courses_enrolled, 0),
            score_sum = s.score_sum + coalesce(p_score, 0) - coalesce(p_score_before, 0),
            score_count = s.score_count + (p_score is not null)::integer - (p_score_before is not null)::integer,
            perfect_scores = s.perfect_scores
                + (p_score is not distinct from 100)::integer - (p_score_before is not distinct from 100)::integer,
            last_activity_at = greatest(s.last_activity_at, p_occurred_at),
            coins_earned = s.coins_earned + p_coins,
            achievements_earned = s.achievements_earned + p_achievements,
            total_time_spent_seconds = s.total_time_spent_seconds + p_seconds,
            last_accessed_at = greatest(s.last_accessed_at, p_accessed_at),
            total_xp = s.total_xp + p_xp,
            current_level = case
                when p_xp <> 0 then calculate_user_level(p_total_xp => s.total_xp + p_xp) else s.current_level
            end,
            week_start = greatest(s.week_start, v_week),
            weekly_xp = period_xp(p_start => s.week_start, p_xp => s.weekly_xp, p_of => v_week, p_amount => p_xp),
            month_start = greatest(s.month_start, v_month),
            monthly_xp = period_xp(p_start => s.month_start, p_xp => s.monthly_xp, p_of => v_month, p_amount => p_xp),
            current_streak = coalesce((p_streak).current_streak, s.current_streak),
            longest_streak = coalesce((p_streak).longest_streak, s.longest_streak),
            last_streak_date = coalesce((p_streak).last_streak_date, s.last_streak_date),
            streak_freezes = coalesce((p_streak).streak_freezes, s.streak_freezes)
        where s.user_id = p_user_id
        returning s.* into v_stats;

        exit when found;

        perform ensure_user_stats(p_user_id => p_user_id);
    end loop;

    -- The row is ours, so the total less what was given is that before. A level is told once, also if it was lost between.
    if p_xp > 0 and v_stats.current_level > calculate_user_level(p_total_xp => v_stats.total_xp - p_xp) then
        perform notify(
            p_user_id => p_user_id,
            p_type => 'level_up',
            p_title => format('You have reached level %s', v_stats.current_level),
            p_occurrence => v_stats.current_level::text,
            p_occurred_at => p_xp_at
        );
    end if;

    return v_stats;
end;
$$;

comment on function bump_stats is
'Adds to a person''s counters, XP and periods, and sets their streak, in one UPDATE; returns their row.';
-- Granted to nobody: counters move with the rows they count, XP with the ledger.
revoke all on function bump_stats from public;
