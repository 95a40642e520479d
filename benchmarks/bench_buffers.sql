-- name: courses
insert into users (username, role, is_approved) values ('teacher', 'instructor', true);
insert into courses (slug, title, instructor_id, is_published, published_at)
select 'course-' || n, 'Course ' || n, (select u.id from users as u where u.username = 'teacher'), true, now() - n * interval '1 hour'
from generate_series(1, 200) as n;
insert into lessons (course_id, slug, title, position)
select c.id, 'lesson-' || n, 'Lesson ' || n, n
from courses as c
cross join generate_series(1, 5) as n;

-- name: people
insert into users (username, full_name)
select 'person-' || n, 'Person ' || n
from generate_series(%(first)s::integer, %(last)s::integer) as n;

-- name: stats
-- Everybody at a height of their own, as in a school that has been used.
update user_stats as s
set total_xp = v.xp, current_level = floor((1 + sqrt(1 + 0.08 * v.xp)) / 2)
from (
    select u.id, ((row_number() over (order by u.id)) * 7919 %% 400000)::bigint as xp
    from users as u
    where u.username like 'person-%%'
) as v
where v.id = s.user_id and s.total_xp = 0;

-- name: enrollments
-- Without triggers: the counters they keep are not what is measured.
insert into enrollments (user_id, course_id)
select p.id, c.id
from (
    select u.id, row_number() over (order by u.id) as n from users as u where u.username like 'person-%%'
) as p
inner join (select k.id, row_number() over (order by k.id) as n from courses as k) as c on c.n in (p.n %% 200 + 1, p.n * 7 %% 200 + 1)
on conflict do nothing;

-- name: fold
select fold_xp_ranks();

-- name: somebody
select u.id from users as u where u.username = 'person-4711';

-- name: dashboard
explain (analyze, buffers, format json) select d.* from v_user_dashboard as d where d.user_id = %(user)s;

-- name: catalogue
explain (analyze, buffers, format json)
select c.* from v_course_catalog as c order by c.published_at desc, c.course_id desc limit 20;
