-- v_my_exercises: the published exercises of the courses people are on, with how they stand in each. The reader's policies
-- decide whose: learners see their own, instructors those of the courses they teach, administrators all.
--
-- attempts_left is null where there is no limit; best_percentage null before the first grade; last_status is that of the newest
-- submission.
create or replace view v_my_exercises
with (security_invoker = true)
as
select
    e.id as enrollment_id,
    e.user_id,
    e.course_id,
    x.lesson_id,
    x.id as exercise_id,
    x.title,
    x.exercise_type,
    x.max_score,
    x.passing_score,
    x.time_limit_minutes,
    x.due_at,
    x.coin_reward,
    x.is_mandatory,
    s.attempts_used,
    greatest(0, x.attempts_allowed - s.attempts_used) as attempts_left,
    s.draft_id,
    least(s.draft_deadline_at, x.due_at) as draft_deadline_at,
    s.last_submission_id,
    s.last_status,
    s.last_submitted_at,
    s.best_percentage,
    coalesce(s.is_passed, false) as is_passed
from enrollments as e
inner join exercises as x on x.course_id = e.course_id and x.is_published
cross join lateral (
    select
        (count(*) filter (where t.status <> 'returned'))::integer as attempts_used,
        (array_agg(t.id) filter (where t.status = 'draft'))[1] as draft_id,
        max(t.deadline_at) filter (where t.status = 'draft') as draft_deadline_at,
        (array_agg(t.id order by t.attempt_number desc))[1] as last_submission_id,
        (array_agg(t.status order by t.attempt_number desc))[1] as last_status,
        max(t.submitted_at) as last_submitted_at,
        max(t.percentage) as best_percentage,
        bool_or(t.is_passed or t.first_pass) as is_passed
    from exercise_submissions as t
    where t.enrollment_id = e.id and t.exercise_id = x.id
) as s;

comment on view v_my_exercises is 'Exercises of the courses people are on, with submissions and best result.';
revoke all on v_my_exercises from public;
grant select on v_my_exercises to pgacademy_student, pgacademy_instructor, pgacademy_admin;
