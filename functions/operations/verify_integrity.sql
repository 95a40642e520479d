-- verify_integrity: everything the school caches, limits or promises, held against the rows it comes from. One row per
-- difference; an empty answer means that all is well.
--
-- Stable: all of it is seen in one snapshot, so that work going on meanwhile is never reported as a difference. Each
-- table is read a few times as a whole: a job for the night on a large school. repair_counters() mends what is a cache.
-- What a check holds the stored value against is defined where the rule is (counted_progress, course_leaf_lessons,
-- calculate_user_level, shown_profile), or in the counted_… functions beside this one.
--
-- called by  the service and the owner: a nightly job, tests, an operator
-- requires   require_service, counted_user_stats, counted_course_stats, counted_streaks, counted_xp_ranks,
--            coin_findings, chain_findings, credential_findings, project_findings, community_findings,
--            assessment_findings, study_findings, analytics_findings, privacy_findings, counted_deeds,
--            counted_progress, shown_profile
-- errors     PA403 not the service
create or replace function verify_integrity()
returns table (check_name text, table_name text, row_id text, expected text, actual text)
language plpgsql
stable
security definer -- reads every person's rows
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    -- Rows that every person and every course has.
    return query
    select 'one_to_one', v.table_name, u.id::text, 'a row'::text, 'none'::text
    from users as u
    left join user_settings as us on us.user_id = u.id
    left join user_stats as s on s.user_id = u.id
    left join public_profiles as p on p.user_id = u.id
    left join coin_accounts as a on a.user_id = u.id
    cross join lateral (
        values
        ('user_settings', us.user_id is null),
        ('user_stats', s.user_id is null),
        ('public_profiles', p.user_id is null),
        ('coin_accounts', a.user_id is null)
    ) as v (table_name, is_missing)
    where v.is_missing
    union all
    select 'one_to_one', 'course_stats', c.id::text, 'a row', 'none'
    from courses as c
    where not exists (select from course_stats as s where s.course_id = c.id);

    -- What other people see.
    return query
    select
        'public_profile', 'public_profiles', u.id::text,
        to_jsonb(shown)::text,
        jsonb_build_object(
            'username', p.username, 'full_name', p.full_name, 'avatar_url', p.avatar_url,
            'avatar_emoji', p.avatar_emoji, 'bio', p.bio
        )::text
    from users as u
    inner join public_profiles as p on p.user_id = u.id
    cross join lateral shown_profile(p_user => u) as shown
    where
        (p.username, p.full_name, p.avatar_url, p.avatar_emoji, p.bio)
        is distinct from (shown.username, shown.full_name, shown.avatar_url, shown.avatar_emoji, shown.bio);

    -- Counters of courses.
    return query
    select 'course_stats.' || v.counter, 'course_stats', s.course_id::text, v.expected::text, v.actual::text
    from counted_course_stats() as c
    inner join course_stats as s on s.course_id = c.course_id
    cross join lateral (
        values
        ('lesson_count', c.lesson_count::bigint, s.lesson_count::bigint),
        ('enrollment_count', c.enrollment_count, s.enrollment_count),
        ('completion_count', c.completion_count, s.completion_count),
        ('rating_sum', c.rating_sum, s.rating_sum),
        ('rating_count', c.rating_count, s.rating_count)
    ) as v (counter, expected, actual)
    where v.expected <> v.actual;

    -- Seats.
    return query
    select 'seats', 'courses', c.id::text, 'at most ' || c.max_enrollments, k.enrollment_count::text
    from courses as c
    inner join counted_course_stats() as k on k.course_id = c.id
    where k.enrollment_count > c.max_enrollments;

    -- Graphs without cycles: whoever is among those that come before them is on one. UNION ends the walk.
    return query
    with recursive before_it as (
        select p.course_id as id, p.prerequisite_course_id as earlier
        from course_prerequisites as p
        union
        select b.id, p.prerequisite_course_id
        from before_it as b
        inner join course_prerequisites as p on p.course_id = b.earlier
    )

    select 'prerequisite_cycle', 'course_prerequisites', b.id::text, 'no cycle'::text, 'comes before itself'::text
    from before_it as b
    where b.id = b.earlier;

    return query
    with recursive before_it as (
        select p.lesson_id as id, p.prerequisite_lesson_id as earlier
        from lesson_prerequisites as p
        union
        select b.id, p.prerequisite_lesson_id
        from before_it as b
        inner join lesson_prerequisites as p on p.lesson_id = b.earlier
    )

    select 'prerequisite_cycle', 'lesson_prerequisites', b.id::text, 'no cycle'::text, 'comes before itself'::text
    from before_it as b
    where b.id = b.earlier;

    return query
    with recursive above_it as (
        select l.id, l.parent_lesson_id as higher
        from lessons as l
        where l.parent_lesson_id is not null
        union
        select a.id, l.parent_lesson_id
        from above_it as a
        inner join lessons as l on l.id = a.higher
        where l.parent_lesson_id is not null
    )

    select 'lesson_cycle', 'lessons', a.id::text, 'no cycle'::text, 'is part of itself'::text
    from above_it as a
    where a.id = a.higher;

    -- Progress.
    return query
    select 'enrollments.' || v.counter, 'enrollments', e.id::text, v.expected, v.actual
    from courses as o
    cross join lateral counted_progress(p_course_id => o.id) as c
    inner join enrollments as e on e.id = c.enrollment_id
    cross join lateral (
        select n.counter, n.expected::text as expected, n.actual::text as actual
        from (
            values
            ('completed_lessons_count', c.completed_lessons::numeric, e.completed_lessons_count::numeric),
            ('total_lessons_count', c.total_lessons, e.total_lessons_count),
            ('progress_percentage', c.progress_percentage, e.progress_percentage)
        ) as n (counter, expected, actual)
        where n.expected <> n.actual
        union all
        select 'status', 'completed', e.status
        where e.status = 'active' and c.total_lessons > 0 and c.completed_lessons = c.total_lessons
    ) as v;

    return query
    select
        'enrollments.total_time_spent_seconds', 'enrollments', e.id::text,
        coalesce(p.seconds, 0)::text, e.total_time_spent_seconds::text
    from enrollments as e
    left join (
        select p.enrollment_id, sum(p.time_spent_seconds) as seconds
        from lesson_progress as p
        group by p.enrollment_id
    ) as p on p.enrollment_id = e.id
    where coalesce(p.seconds, 0) <> e.total_time_spent_seconds;

    -- Days of streaks.
    return query
    select
        'user_streaks.streak_count', 'user_streaks', d.user_id || ' ' || d.streak_date,
        c.streak_count::text, d.streak_count::text
    from user_streaks as d
    inner join counted_streaks() as c on c.user_id = d.user_id and c.streak_date = d.streak_date
    where c.streak_count <> d.streak_count;

    -- Counters of people. A streak that was settled as over is stored as 0.
    return query
    select 'user_stats.' || v.counter, 'user_stats', s.user_id::text, v.expected, v.actual
    from counted_user_stats() as c
    inner join user_stats as s on s.user_id = c.user_id
    cross join lateral (
        select n.counter, n.expected::text, n.actual::text
        from (
            values
            ('total_xp', c.total_xp::numeric, s.total_xp::numeric),
            ('current_level', c.current_level, s.current_level),
            ('weekly_xp', c.weekly_xp, s.weekly_xp),
            ('monthly_xp', c.monthly_xp, s.monthly_xp),
            ('courses_enrolled', c.courses_enrolled, s.courses_enrolled),
            ('courses_completed', c.courses_completed, s.courses_completed),
            ('lessons_completed', c.lessons_completed, s.lessons_completed),
            ('perfect_scores', c.perfect_scores, s.perfect_scores),
            ('score_sum', c.score_sum, s.score_sum),
            ('score_count', c.score_count, s.score_count),
            ('achievements_earned', c.achievements_earned, s.achievements_earned),
            ('longest_streak', c.longest_streak, s.longest_streak),
            ('total_time_spent_seconds', c.total_time_spent_seconds, s.total_time_spent_seconds),
            ('current_streak', case when s.current_streak <> 0 then c.last_streak_count else 0 end, s.current_streak)
        ) as n (counter, expected, actual)
        where n.expected <> n.actual
        union all
        select d.counter, coalesce(d.expected::text, 'none'), coalesce(d.actual::text, 'none')
        from (
            values
            ('week_start', c.week_start, s.week_start),
            ('month_start', c.month_start, s.month_start),
            ('last_streak_date', c.last_streak_date, s.last_streak_date)
        ) as d (counter, expected, actual)
        where d.expected is distinct from d.actual
        union all
        select 'last_accessed_at', coalesce(c.last_accessed_at::text, 'none'), coalesce(s.last_accessed_at::text, 'none')
        where c.last_accessed_at is distinct from s.last_accessed_at
        union all
        select 'is_ranked', c.is_ranked::text, s.is_ranked::text
        where c.is_ranked <> s.is_ranked
    ) as v (counter, expected, actual);

    return query
    select 'user_stats.' || d.metric, 'user_stats', s.user_id::text, coalesce(c.value, 0)::text, d.value
    from user_stats as s
    cross join lateral jsonb_each_text(
        to_jsonb(s)
    ) as d (metric, value)
    left join counted_deeds() as c on c.user_id = s.user_id and c.metric = d.metric
    where
        d.metric in (
            'exercises_completed', 'quizzes_passed', 'projects_created', 'projects_minted', 'discussions_started',
            'replies_posted', 'solutions_accepted', 'votes_received', 'certificates_earned', 'reviews_completed'
        )
        and d.value <> coalesce(c.value, 0)::text;

    -- What each further domain promises is told beside the functions that count it.
    return query
    select f.check_name, f.table_name, f.row_id, f.expected, f.actual from assessment_findings() as f
    union all
    select f.check_name, f.table_name, f.row_id, f.expected, f.actual from credential_findings() as f
    union all
    select f.check_name, f.table_name, f.row_id, f.expected, f.actual from project_findings() as f
    union all
    select f.check_name, f.table_name, f.row_id, f.expected, f.actual from coin_findings() as f
    union all
    select f.check_name, f.table_name, f.row_id, f.expected, f.actual from community_findings() as f
    union all
    select f.check_name, f.table_name, f.row_id, f.expected, f.actual from chain_findings() as f
    union all
    select f.check_name, f.table_name, f.row_id, f.expected, f.actual from study_findings() as f
    union all
    select f.check_name, f.table_name, f.row_id, f.expected, f.actual from privacy_findings() as f
    union all
    select f.check_name, f.table_name, f.row_id, f.expected, f.actual from analytics_findings() as f;

    -- The histogram behind every live rank.
    return query
    select 'xp_ranks', 'xp_rank_buckets', r.width || ' ' || r.bucket, r.expected::text, r.actual::text
    from counted_xp_ranks() as r;
end;
$$;

comment on function verify_integrity is 'Every difference between what is cached or promised and the rows it comes from.';
revoke all on function verify_integrity from public;
grant execute on function verify_integrity to pgacademy_service;
