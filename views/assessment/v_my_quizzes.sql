-- v_my_quizzes: the published quizzes of the courses people are on, with how they stand in each. The reader's policies
-- decide whose: learners see their own, instructors those of the courses they teach, administrators all.
--
-- attempts_left is null where there is no limit; result is that of the quiz's policy, null before the first grade.
-- requires: quiz_result
create or replace view v_my_quizzes
with (security_invoker = true)
as
select
    e.id as enrollment_id,
    e.user_id,
    e.course_id,
    q.lesson_id,
    q.id as quiz_id,
    q.title,
    q.quiz_type,
    q.passing_score,
    q.time_limit_minutes,
    a.attempts_used,
    greatest(0, q.max_attempts - a.attempts_used) as attempts_left,
    a.open_attempt_id,
    a.open_deadline_at,
    a.last_graded_at,
    r.result,
    coalesce(r.result >= q.passing_score or a.has_passed, false) as is_passed
from enrollments as e
inner join quizzes as q on q.course_id = e.course_id and q.is_published
cross join lateral (
    select
        count(*)::integer as attempts_used,
        (array_agg(t.id) filter (where t.status = 'in_progress'))[1] as open_attempt_id,
        max(t.deadline_at) filter (where t.status = 'in_progress') as open_deadline_at,
        max(t.graded_at) as last_graded_at,
        coalesce(bool_or(t.first_pass), false) as has_passed
    from quiz_attempts as t
    where t.enrollment_id = e.id and t.quiz_id = q.id
) as a
cross join lateral (
    select quiz_result(p_enrollment_id => e.id, p_quiz_id => q.id, p_grade_policy => q.grade_policy) as result
) as r;

comment on view v_my_quizzes is 'Quizzes of the courses people are on, with attempts and result.';
revoke all on v_my_quizzes from public;
grant select on v_my_quizzes to pgacademy_student, pgacademy_instructor, pgacademy_admin;
