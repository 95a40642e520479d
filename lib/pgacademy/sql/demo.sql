-- What the demo asks. Everything in it can be repeated: a learner's calls carry idempotency keys.

-- name: find_ada
select u.id from users as u where lower(u.email) = 'ada@example.org' and u.deleted_at is null;

-- name: register_ada
select
    register_user(
        p_email => 'ada@example.org',
        p_username => 'ada',
        p_full_name => 'Ada Nwosu',
        p_timezone => 'UTC',
        p_email_verified => true,
        p_occurred_at => date_trunc('day', now()) - interval '2 days'
    ) as id;

-- name: first_course
select c.id from courses as c where c.slug = 'mechanical-engineering-fundamentals';

-- name: record_enrollment
select r.first_lesson_id as next_lesson_id
from record_enrollment(
    p_user_id => %(ada)s, p_course_id => %(course)s, p_occurred_at => date_trunc('day', now()) - interval '2 days'
) as r;

-- name: record_completion
select r.next_lesson_id
from record_completion(
    p_user_id => %(ada)s,
    p_lesson_id => %(lesson)s,
    p_seconds => 900,
    p_occurred_at => date_trunc('day', now()) - make_interval(days => %(days_ago)s)
) as r;

-- name: enroll
select c.title, e.total_lessons
from courses as c
cross join lateral enroll(p_course_id => c.id, p_idempotency_key => 'demo-enroll') as e
where c.slug = 'ledgers-explained';

-- name: outline
select
    l.id,
    l.title,
    -- Row-level security shows her own progress and nobody else's.
    exists (select from lesson_progress as p where p.lesson_id = l.id) as is_started
from lessons as l
inner join courses as c on c.id = l.course_id and c.slug = 'ledgers-explained'
where l.is_mandatory and not exists (select from lessons as child where child.parent_lesson_id = l.id)
order by l.position;

-- name: start_lesson
select s.status from start_lesson(p_lesson_id => %(lesson)s) as s;

-- name: complete_lesson
select
    c.xp_awarded, c.course_completed, c.progress_percentage, c.total_xp, c.current_level, c.levels_gained,
    c.current_streak, c.achievements
from complete_lesson(
    p_lesson_id => %(lesson)s, p_seconds => 600, p_idempotency_key => 'demo-' || %(lesson)s::text
) as c;

-- name: dashboard
select d.* from v_user_dashboard as d where d.user_id = %(ada)s;

-- name: catalogue
select
    c.title, c.instructor_name, c.difficulty, c.estimated_minutes, c.lesson_count, c.enrollment_count,
    c.average_rating, c.prerequisites
from v_course_catalog as c
order by c.is_featured desc, c.enrollment_count desc, c.title
limit 12;

-- name: leaderboard
select t.rank, coalesce(t.full_name, t.username) as name, t.user_id = %(ada)s as is_ada, t.total_xp, t.current_level
from leaderboard_top(p_limit => 10) as t;
