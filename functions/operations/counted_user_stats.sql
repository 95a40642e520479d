-- counted_user_stats: what the counters in user_stats should say, counted from the rows they cache.
--
-- p_user_ids limits it to some people; null counts everyone, each table read once. What is counted beside lessons is in
-- counted_deeds, coins_earned in counted_coins.
--
-- called by  verify_integrity, repair_counters
-- requires: calculate_user_level, counted_streaks, school_zone
-- requires   calculate_user_level, counted_streaks, school_zone
-- errors     none
create or replace function counted_user_stats(
    p_user_ids uuid[] default null
)
returns table (
    user_id uuid,
    total_xp bigint,
    current_level integer,
    week_start date,
    weekly_xp bigint,
    month_start date,
    monthly_xp bigint,
    courses_enrolled integer,
    courses_completed integer,
    lessons_completed integer,
    perfect_scores integer,
    score_sum numeric,
    score_count integer,
    achievements_earned integer,
    longest_streak integer,
    last_streak_date date,
    last_streak_count integer,
    total_time_spent_seconds bigint,
    last_accessed_at timestamptz,
    is_ranked boolean
)
language sql
stable
security invoker
begin atomic
    select
        s.user_id,
        coalesce(x.total_xp, 0),
        calculate_user_level(p_total_xp => coalesce(x.total_xp, 0)),
        x.week_start,
        coalesce(x.weekly_xp, 0),
        x.month_start,
        coalesce(x.monthly_xp, 0),
        coalesce(e.courses_enrolled, 0),
        coalesce(e.courses_completed, 0),
        coalesce(p.lessons_completed, 0),
        coalesce(p.perfect_scores, 0),
        coalesce(p.score_sum, 0),
        coalesce(p.score_count, 0),
        coalesce(a.achievements_earned, 0),
        coalesce(d.longest_streak, 0),
        d.last_streak_date,
        coalesce(d.last_streak_count, 0),
        coalesce(p.total_time_spent_seconds, 0),
        e.last_accessed_at,
        u.is_active and u.deleted_at is null and u.show_on_leaderboard
    from user_stats as s
    inner join users as u on u.id = s.user_id
    left join (
        -- The latest week and month in which anything was earned. A period shows no less than nothing, as bump_stats has it.
        select
            v.user_id,
            sum(v.amount)::bigint as total_xp,
            max(v.week) as week_start,
            greatest(0, sum(v.amount) filter (where v.week = v.last_week))::bigint as weekly_xp,
            max(v.month) as month_start,
            greatest(0, sum(v.amount) filter (where v.month = v.last_month))::bigint as monthly_xp
        from (
            select
                l.user_id,
                l.amount,
                l.week,
                l.month,
                max(l.week) over (partition by l.user_id) as last_week,
                max(l.month) over (partition by l.user_id) as last_month
            from (
                select
                    w.user_id,
                    w.amount,
                    -- Asked once, each in a subquery of its own: joined to, it was asked for every event.
                    date_trunc('week', w.awarded_at at time zone (select school_zone()))::date as week,
                    date_trunc('month', w.awarded_at at time zone (select school_zone()))::date as month
                from xp_events as w
                where p_user_ids is null or w.user_id = any(p_user_ids)
            ) as l
        ) as v
        group by v.user_id
    ) as x on x.user_id = s.user_id
    left join (
        select
            v.user_id,
            count(*)::integer as courses_enrolled,
            (count(*) filter (where v.status = 'completed'))::integer as courses_completed,
            max(v.last_accessed_at) as last_accessed_at
        from enrollments as v
        where p_user_ids is null or v.user_id = any(p_user_ids)
        group by v.user_id
    ) as e on e.user_id = s.user_id
    left join (
        select
            v.user_id,
            (count(*) filter (where v.status = 'completed'))::integer as lessons_completed,
            (count(*) filter (where v.status = 'completed' and v.score = 100))::integer as perfect_scores,
            sum(v.score) filter (where v.status = 'completed') as score_sum,
            (count(v.score) filter (where v.status = 'completed'))::integer as score_count,
            sum(v.time_spent_seconds)::bigint as total_time_spent_seconds
        from lesson_progress as v
        where p_user_ids is null or v.user_id = any(p_user_ids)
        group by v.user_id
    ) as p on p.user_id = s.user_id
    left join (
        select
            v.user_id,
            count(*)::integer as achievements_earned
        from user_achievements as v
        where p_user_ids is null or v.user_id = any(p_user_ids)
        group by v.user_id
    ) as a on a.user_id = s.user_id
    left join (
        select
            v.user_id,
            max(v.streak_count) as longest_streak,
            max(v.streak_date) as last_streak_date,
            (array_agg(v.streak_count order by v.streak_date desc))[1] as last_streak_count
        from counted_streaks(p_user_ids => p_user_ids) as v
        group by v.user_id
    ) as d on d.user_id = s.user_id
    where p_user_ids is null or s.user_id = any(p_user_ids);
end;

comment on function counted_user_stats is 'Internal: the counters of user_stats, counted anew.';
-- Granted to nobody: it counts other people's rows.
revoke all on function counted_user_stats from public;
