-- repair_counters: mends what verify_integrity finds and what is a cache; returns what it mended.
--
-- Only rows with a finding are touched. Each kind is locked first and counted in a new statement: a writer who came
-- before is counted, one who comes after adds to the right number. In the lock order of the house, with people at work.
-- Cycles, overbooked courses, attempts and postings are not caches: they stay, and stay reported. Nothing to mend, nothing
-- written.
--
-- called by  the service and the owner
-- requires   require_service, verify_integrity, ensure_coin_account, refresh_course_progress, repair_discussions,
--            repair_study, repair_unread, counted_…, shown_profile, rebuild_rollups, write_audit
-- errors     PA403 not the service
create or replace function repair_counters()
returns table (check_name text, table_name text, row_id text, expected text, actual text)
language plpgsql
volatile
security definer -- writes what no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_found jsonb;
    v_ids uuid[];
    v_now timestamptz := now();
begin
    perform require_service();

    select jsonb_agg(to_jsonb(f)) into v_found from verify_integrity() as f;

    if v_found is null then
        return;
    end if;

    perform write_audit(
        p_action => 'operations.repair_counters', p_entity_type => 'school', p_entity_id => null,
        p_new_values => jsonb_build_object('findings', jsonb_array_length(v_found))
    );

    -- Missing rows.
    insert into user_settings (user_id)
    select u.id from users as u
    where not exists (select from user_settings as s where s.user_id = u.id)
    on conflict (user_id) do nothing;

    insert into public_profiles (user_id)
    select u.id from users as u
    where not exists (select from public_profiles as p where p.user_id = u.id)
    on conflict (user_id) do nothing;

    insert into course_stats (course_id)
    select c.id from courses as c
    where not exists (select from course_stats as s where s.course_id = c.id)
    on conflict (course_id) do nothing;

    insert into user_stats (user_id, is_ranked)
    select u.id, false from users as u
    where not exists (select from user_stats as s where s.user_id = u.id)
    on conflict (user_id) do nothing;

    perform ensure_coin_account(p_user_id => u.id)
    from users as u
    where not exists (select from coin_accounts as a where a.user_id = u.id);

    -- No ids must be '{}': null would stand for everyone, whom nothing here has locked.

    -- Public profiles. A profile that was missing is empty now.
    select coalesce(array_agg(distinct f.row_id::uuid), '{}')
    into v_ids
    from jsonb_to_recordset(v_found) as f (table_name text, row_id text)
    where f.table_name = 'public_profiles';

    perform from public_profiles as p where p.user_id = any(v_ids) order by p.user_id for update;

    update public_profiles as p
    set
        username = shown.username,
        full_name = shown.full_name,
        avatar_url = shown.avatar_url,
        avatar_emoji = shown.avatar_emoji,
        bio = shown.bio,
        updated_at = v_now
    from users as u
    cross join lateral shown_profile(p_user => u) as shown
    where u.id = p.user_id and p.user_id = any(v_ids);

    -- Courses: those with a wrong number, and those with a wrong enrolment, for both hang on the same lock.
    select coalesce(array_agg(distinct i.course_id), '{}')
    into v_ids
    from (
        select f.row_id::uuid as course_id
        from jsonb_to_recordset(v_found) as f (table_name text, row_id text)
        where f.table_name = 'course_stats'
        union all
        select e.course_id
        from jsonb_to_recordset(v_found) as f (table_name text, row_id text)
        inner join enrollments as e on e.id::text = f.row_id
        where f.table_name = 'enrollments'
    ) as i;

    perform from course_stats as s where s.course_id = any(v_ids) order by s.course_id for update;

    update course_stats as s
    set
        lesson_count = c.lesson_count,
        enrollment_count = c.enrollment_count,
        completion_count = c.completion_count,
        rating_sum = c.rating_sum,
        rating_count = c.rating_count
    from counted_course_stats(p_course_ids => v_ids) as c
    where s.course_id = c.course_id;

    -- Projects: counts and who is listed; their trigger decides the latter.
    select coalesce(array_agg(distinct f.row_id::uuid), '{}')
    into v_ids
    from jsonb_to_recordset(v_found) as f (table_name text, row_id text)
    where f.table_name = 'projects';

    perform from projects as p where p.id = any(v_ids) order by p.id for no key update;

    update projects as p
    set like_count = c.like_count, view_count = c.view_count, is_listed = c.is_listed
    from counted_projects(p_project_ids => v_ids) as c
    where p.id = c.project_id;

    -- People whose counters are wrong are counted before their courses are completed, so that rewards build on the truth.
    select coalesce(array_agg(distinct split_part(f.row_id, ' ', 1)::uuid), '{}')
    into v_ids
    from jsonb_to_recordset(v_found) as f (table_name text, row_id text)
    where f.table_name in ('user_stats', 'user_streaks');

    perform from enrollments as e
    where
        e.course_id in (
            select n.course_id
            from jsonb_to_recordset(v_found) as f (table_name text, row_id text)
            inner join enrollments as n on n.id::text = f.row_id
            where f.table_name = 'enrollments'
        )
    order by e.id
    for update;

    perform repair_discussions(p_found => v_found);
    perform repair_study(p_found => v_found);

    perform from user_stats as s where s.user_id = any(v_ids) order by s.user_id for update;

    update user_streaks as d
    set streak_count = c.streak_count
    from counted_streaks(p_user_ids => v_ids) as c
    where d.user_id = c.user_id and d.streak_date = c.streak_date and d.streak_count <> c.streak_count;

    update user_stats as s
    set
        total_xp = c.total_xp,
        current_level = c.current_level,
        week_start = c.week_start,
        weekly_xp = c.weekly_xp,
        month_start = c.month_start,
        monthly_xp = c.monthly_xp,
        courses_enrolled = c.courses_enrolled,
        courses_completed = c.courses_completed,
        lessons_completed = c.lessons_completed,
        perfect_scores = c.perfect_scores,
        score_sum = c.score_sum,
        score_count = c.score_count,
        achievements_earned = c.achievements_earned,
        longest_streak = c.longest_streak,
        total_time_spent_seconds = c.total_time_spent_seconds,
        last_accessed_at = c.last_accessed_at,
        last_streak_date = c.last_streak_date,
        current_streak = case when s.current_streak <> 0 then c.last_streak_count else 0 end,
        is_ranked = c.is_ranked
    from counted_user_stats(p_user_ids => v_ids) as c
    where s.user_id = c.user_id;

    update user_stats as s
    set
        exercises_completed = coalesce(c.exercises_completed, 0),
        quizzes_passed = coalesce(c.quizzes_passed, 0),
        projects_created = coalesce(c.projects_created, 0),
        projects_minted = coalesce(c.projects_minted, 0),
        discussions_started = coalesce(c.discussions_started, 0),
        replies_posted = coalesce(c.replies_posted, 0),
        solutions_accepted = coalesce(c.solutions_accepted, 0),
        votes_received = coalesce(c.votes_received, 0),
        certificates_earned = coalesce(c.certificates_earned, 0),
        reviews_completed = coalesce(c.reviews_completed, 0)
    from unnest(v_ids) as i (user_id)
    cross join lateral jsonb_to_record(coalesce(
        (
            select jsonb_object_agg(d.metric, d.value)
            from counted_deeds(p_user_ids => v_ids) as d
            where d.user_id = i.user_id
        ), '{}'
    )) as c (
        exercises_completed integer, quizzes_passed integer, projects_created integer, projects_minted integer,
        discussions_started integer, replies_posted integer, solutions_accepted integer, votes_received integer,
        certificates_earned integer, reviews_completed integer
    )
    where s.user_id = i.user_id;

    update user_stats as s
    set coins_earned = c.coins_earned
    from counted_coins(p_user_ids => v_ids) as c
    where s.user_id = c.user_id and s.coins_earned <> c.coins_earned;

    -- Enrolments: the time from what was spent, all else as after a change of the course's lessons.
    update enrollments as e
    set total_time_spent_seconds = coalesce((
        select sum(p.time_spent_seconds) from lesson_progress as p where p.enrollment_id = e.id
    ), 0)
    where e.id in (
        select f.row_id::uuid
        from jsonb_to_recordset(v_found) as f (check_name text, row_id text)
        where f.check_name = 'enrollments.total_time_spent_seconds'
    );

    update enrollments as e
    set certificate_issued_at = (
        select f.issued_at from certificates as f where f.enrollment_id = e.id and f.revoked_at is null
    )
    where e.id in (
        select f.row_id::uuid
        from jsonb_to_recordset(v_found) as f (check_name text, row_id text)
        where f.check_name = 'enrollments.certificate_issued_at'
    );

    perform refresh_course_progress(p_course_id => c.course_id)
    from (
        select distinct e.course_id
        from jsonb_to_recordset(v_found) as f (table_name text, row_id text)
        inner join enrollments as e on e.id::text = f.row_id
        where f.table_name = 'enrollments'
        order by e.course_id
    ) as c;

    -- Balances, after everything that may have paid. A posting itself is never mended.
    select coalesce(array_agg(distinct f.row_id::uuid), '{}')
    into v_ids
    from jsonb_to_recordset(v_found) as f (table_name text, row_id text)
    where f.table_name = 'coin_accounts';

    perform from coin_accounts as a where a.id = any(v_ids) order by a.id for update;

    update coin_accounts as a
    set balance = c.balance
    from counted_coins(p_user_ids => v_ids) as c
    where a.id = c.user_id and a.balance <> c.balance and c.balance >= 0;

    perform repair_unread(p_found => v_found);

    -- The histogram, last, since all of the above moves it. Differences are added, so that folding may go on meanwhile.
    insert into xp_rank_buckets as b (width, bucket, people)
    select r.width, r.bucket, r.expected - r.actual
    from counted_xp_ranks() as r
    order by r.width, r.bucket
    on conflict (width, bucket) do update
    set people = b.people + excluded.people;

    -- Rollups are counted anew together.
    if exists (select from jsonb_to_recordset(v_found) as f (table_name text) where right(f.table_name, 5) = '_days') then
        perform rebuild_rollups();
    end if;

    return query
    select f.check_name, f.table_name, f.row_id, f.expected, f.actual
    from jsonb_to_recordset(v_found)
        as f (check_name text, table_name text, row_id text, expected text, actual text)
    where not exists (
        select
        from verify_integrity() as v
        where v.check_name = f.check_name and v.table_name = f.table_name and v.row_id = f.row_id
    );
end;
$$;

comment on function repair_counters is 'Mends every cached number that differs from the rows it counts; returns what was mended.';
revoke all on function repair_counters from public;
grant execute on function repair_counters to pgacademy_service;
