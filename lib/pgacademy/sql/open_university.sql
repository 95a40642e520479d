-- What the loader of the Open University data asks of a school. Every fact goes in through a stored procedure; what is
-- there already is asked first, so that a second run, or one after a kill, does only what is left.
--
-- The arrays of one batch become rows in their order, and a procedure is called for each: `cross join lateral` runs it
-- row by row, and a volatile function sees what the calls before it did.

-- name: person
select u.id, u.is_approved from users as u where u.username = %(username)s;

-- name: register_instructor
select
    register_user(
        p_username => %(username)s, p_full_name => %(full_name)s, p_role => 'instructor', p_occurred_at => %(at)s
    ) as user_id,
    false as is_approved;

-- name: approve_instructor
select approve_instructor(p_user_id => %(user_id)s);

-- name: courses
select c.slug, c.id from courses as c where c.slug = any(%(slugs)s);

-- name: lessons
select l.course_id, l.slug, l.id from lessons as l where l.course_id = any(%(courses)s);

-- name: create_course
select r.course_id
from create_course(
    p_title => %(title)s,
    p_slug => %(slug)s,
    p_description => %(description)s,
    p_category => 'Open University',
    p_metadata => %(metadata)s
) as r;

-- name: add_lesson
select r.lesson_id
from add_lesson(
    p_course_id => %(course_id)s,
    p_slug => %(slug)s,
    p_title => %(title)s,
    p_lesson_type => %(lesson_type)s,
    p_is_mandatory => %(is_mandatory)s,
    p_is_graded => true,
    p_metadata => %(metadata)s
) as r;

-- name: publish_course
select publish_course(p_course_id => %(course_id)s);

-- name: people
select u.username, u.id from users as u where u.username = any(%(usernames)s);

-- name: register_learners
select s.username, r.user_id
from unnest(%(usernames)s::text[], %(metadata)s::jsonb[], %(moments)s::timestamptz[]) as s (username, metadata, moment)
cross join lateral register_user(
    p_username => s.username, p_metadata => s.metadata, p_occurred_at => s.moment
) as r (user_id);

-- name: enrollments
select e.user_id, e.course_id, e.status from enrollments as e where e.course_id = any(%(courses)s);

-- name: record_enrollments
select count(*)
from unnest(%(users)s::uuid[], %(courses)s::uuid[], %(moments)s::timestamptz[]) as s (user_id, course_id, moment)
cross join lateral record_enrollment(
    p_user_id => s.user_id, p_course_id => s.course_id, p_occurred_at => s.moment
) as r;

-- name: progress
select p.user_id, p.lesson_id, p.status = 'completed' as is_completed
from lesson_progress as p
where p.course_id = any(%(courses)s);

-- name: record_completions
select count(*)
from record_completions(
    p_user_ids => %(users)s,
    p_lesson_ids => %(lessons)s,
    p_scores => %(scores)s::numeric[],
    p_occurred_at => %(moments)s
) as r;

-- name: record_start
select r.*
from record_start(p_user_id => %(user_id)s, p_lesson_id => %(lesson_id)s, p_occurred_at => %(at)s) as r;

-- name: record_drops
select count(*)
from unnest(%(users)s::uuid[], %(courses)s::uuid[], %(moments)s::timestamptz[]) as s (user_id, course_id, moment)
cross join lateral record_drop(
    p_user_id => s.user_id, p_course_id => s.course_id, p_occurred_at => s.moment
) as r;

-- name: refresh
select r.people from refresh_leaderboard() as r;

-- name: counts
select
    (select count(*) from users as u where u.username like 'ou-%%') as learners,
    (select count(*) from courses) as courses,
    (select count(*) from lessons) as lessons,
    (select count(*) from enrollments) as enrolments,
    (select count(*) from lesson_progress as p where p.status = 'completed') as completed_lessons,
    (select count(*) from enrollments as e where e.status = 'completed') as completed_courses,
    (select count(*) from user_achievements) as achievements,
    (select coalesce(sum(s.total_xp), 0)::bigint from user_stats as s) as xp,
    (select coalesce(max(s.current_level), 1) from user_stats as s) as highest_level,
    (select coalesce(max(s.longest_streak), 0) from user_stats as s) as longest_streak;

-- name: top
select t.rank, t.username, t.total_xp, t.current_level, s.lessons_completed, s.courses_completed
from leaderboard_top(p_limit => 10) as t
inner join user_stats as s on s.user_id = t.user_id
order by t.rank, t.user_id;

-- name: rates
select c.slug, count(e.id) as enrolled, count(e.id) filter (where e.status = 'completed') as completed
from courses as c
left join enrollments as e on e.course_id = c.id
where c.slug = any(%(slugs)s)
group by c.slug
order by c.slug;

-- name: analyze
analyze
    courses, lessons, users, user_stats, user_settings, enrollments, lesson_progress, xp_events, user_streaks,
    user_achievements, certificates;
