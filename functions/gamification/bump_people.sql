-- bump_people: the writer of people's rows of counters, in one UPDATE whatever an event has moved.
--
-- An array holds one kind of amount, in the order of p_user_ids, in which a person comes once; null moves nothing. bump_stats is
-- the same for one person.
--
-- Amounts are differences, so that concurrent callers add up; a correction passes negative ones. A score counts as one
-- more scored lesson, and as a perfect one if it is 100; p_scores_before are those they replace, or that go. The last
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
-- what was written to the enrolments.
--
-- The streaks are those of p_streaks, rows as move_streaks left them, from a caller that holds the locks; null leaves one alone.
--
-- Returns the rows as they are now, in no order. Several are locked in the order of their ids.
--
-- called by  bump_stats, count_enrollment, reward_lessons, reward_courses, grant_to_people
-- requires   level_of, period_xp, school_zone, ensure_user_stats, notify
-- errors     PA404 no such person
create or replace function bump_people(
    p_user_ids uuid[],
    p_lessons integer[] default null,
    p_courses_completed integer[] default null,
    p_courses_enrolled integer[] default null,
    p_scores numeric[] default null,
    p_occurred_at timestamptz[] default null,
    p_scores_before numeric[] default null,
    p_xp integer[] default null,
    p_xp_at timestamptz[] default null,
    p_streaks user_stats[] default null,
    p_coins bigint[] default null,
    p_achievements integer[] default null,
    p_seconds integer[] default null,
    p_accessed_at timestamptz[] default null
)
returns setof user_stats
language plpgsql
volatile
security invoker
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
set enable_seqscan = off -- rows by their keys: a plan for ten would read all of a small table
as $$
#variable_conflict use_column
declare
    v_zone constant text := case when p_xp is not null then school_zone() end;
    v_done uuid[] := array[]::uuid[];
    v_bumped record;
begin
    if cardinality(p_user_ids) > 1 then
        perform from user_stats as s where s.user_id = any(p_user_ids) order by s.user_id for no key update;
    end if;

    loop
        -- Written with the rows' own values, so that a writer who waited for another adds to what that one left.
        -- A reversal after a change of time zone may fall outside: a period never shows less than nothing.
        for v_bumped in
            update user_stats as s
            set
                lessons_completed = s.lessons_completed + t.lessons,
                courses_completed = s.courses_completed + t.courses_completed,
                courses_enrolled = s.courses_enrolled + t.courses_enrolled,
                score_sum = s.score_sum + coalesce(t.score, 0) - coalesce(t.score_before, 0),
                score_count = s.score_count + (t.score is not null)::integer - (t.score_before is not null)::integer,
                perfect_scores = s.perfect_scores
                + (t.score is not distinct from 100)::integer - (t.score_before is not distinct from 100)::integer,
                last_activity_at = greatest(s.last_activity_at, t.occurred_at),
                coins_earned = s.coins_earned + t.coins,
                achievements_earned = s.achievements_earned + t.achievements,
                total_time_spent_seconds = s.total_time_spent_seconds + t.seconds,
                last_accessed_at = greatest(s.last_accessed_at, t.accessed_at),
                total_xp = s.total_xp + t.xp,
                current_level = case
                    when t.xp <> 0 then (select v.level from level_of(p_total_xp => s.total_xp + t.xp) as v)
                    else s.current_level
                end,
                week_start = greatest(s.week_start, t.week_start),
                weekly_xp = period_xp(
                    p_start => s.week_start, p_xp => s.weekly_xp, p_of => t.week_start, p_amount => t.xp
                ),
                month_start = greatest(s.month_start, t.month_start),
                monthly_xp = period_xp(
                    p_start => s.month_start, p_xp => s.monthly_xp, p_of => t.month_start, p_amount => t.xp
                ),
                current_streak = coalesce((t.streak).current_streak, s.current_streak),
                longest_streak = coalesce((t.streak).longest_streak, s.longest_streak),
                last_streak_date = coalesce((t.streak).last_streak_date, s.last_streak_date),
                streak_freezes = coalesce((t.streak).streak_freezes, s.streak_freezes)
            from (
                select
                    i.user_id,
                    coalesce(p_lessons[i.nth], 0) as lessons,
                    coalesce(p_courses_completed[i.nth], 0) as courses_completed,
                    coalesce(p_courses_enrolled[i.nth], 0) as courses_enrolled,
                    p_scores[i.nth] as score,
                    p_occurred_at[i.nth] as occurred_at,
                    p_scores_before[i.nth] as score_before,
                    coalesce(p_xp[i.nth], 0) as xp,
                    p_xp_at[i.nth] as xp_at,
                    case
                        when p_xp[i.nth] <> 0 then date_trunc('week', p_xp_at[i.nth] at time zone v_zone)::date
                    end as week_start,
                    case
                        when p_xp[i.nth] <> 0 then date_trunc('month', p_xp_at[i.nth] at time zone v_zone)::date
                    end as month_start,
                    p_streaks[i.nth] as streak,
                    coalesce(p_coins[i.nth], 0) as coins,
                    coalesce(p_achievements[i.nth], 0) as achievements,
                    coalesce(p_seconds[i.nth], 0) as seconds,
                    p_accessed_at[i.nth] as accessed_at
                from unnest(p_user_ids) with ordinality as i (user_id, nth)
                where i.user_id <> all(v_done)
                -- Keeps it a list by itself: put into the UPDATE, the periods would be looked up once for each use.
                offset 0 -- noqa: AM09
            ) as t
            where s.user_id = t.user_id
            returning
                s as stats,
                t.xp_at,
                -- The row is ours, so the total less what was given is that before.
                t.xp > 0 and s.current_level > (select v.level from level_of(p_total_xp => s.total_xp - t.xp) as v)
                    as has_risen
        loop
            -- A level is told once, also if it was lost between.
            if v_bumped.has_risen then
                perform notify(
                    p_user_id => (v_bumped.stats).user_id,
                    p_type => 'level_up',
                    p_title => format('You have reached level %s', (v_bumped.stats).current_level),
                    p_occurrence => (v_bumped.stats).current_level::text,
                    p_occurred_at => v_bumped.xp_at
                );
            end if;

            v_done := v_done || (v_bumped.stats).user_id;

            return next v_bumped.stats;
        end loop;

        exit when cardinality(v_done) = cardinality(p_user_ids);

        perform ensure_user_stats(p_user_id => u.user_id)
        from unnest(p_user_ids) as u (user_id)
        where u.user_id <> all(v_done)
        order by u.user_id;

        exit when not found;
    end loop;
end;
$$;

comment on function bump_people is
'Adds to people''s counters, XP and periods, and sets their streaks, in one UPDATE; returns their rows.';
-- Granted to nobody: counters move with the rows they count, XP with the ledger.
revoke all on function bump_people from public;
