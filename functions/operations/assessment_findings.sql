-- assessment_findings: what is wrong with attempts at quizzes and with what was handed in for exercises.
--
-- A number of attempts that was lowered later is no finding: what was handed in before stays.
--
-- called by  verify_integrity
-- requires   counted_quiz_attempts
-- errors     none
create or replace function assessment_findings()
returns table (check_name text, table_name text, row_id text, expected text, actual text)
language sql
stable
security invoker
set search_path from current
as $$
    select 'quiz_attempts.' || a.rule, 'quiz_attempts', a.attempt_id::text, a.expected, a.actual
    from counted_quiz_attempts() as a
    union all
    select
        'exercise_submissions.attempt_number', 'exercise_submissions', n.id::text, n.nth::text, n.attempt_number::text
    from (
        select
            s.id,
            s.attempt_number,
            row_number() over (partition by s.enrollment_id, s.exercise_id order by s.attempt_number) as nth
        from exercise_submissions as s
    ) as n
    where n.nth <> n.attempt_number
    union all
    -- The grade that stands is the last one given, and whoever passed has passed with one of their submissions.
    select
        'exercise_submissions.grade', 'exercise_submissions', s.id::text,
        coalesce(format('%s of %s', g.score, g.max_score), 'none'), coalesce(format('%s of %s', s.score, s.max_score), 'none')
    from exercise_submissions as s
    left join lateral (
        select h.score, h.max_score, h.percentage, h.is_passed, h.rubric
        from exercise_grades as h
        where h.submission_id = s.id
        order by h.grade_number desc
        limit 1
    ) as g on true
    where
        (g.score, g.max_score, g.percentage, g.is_passed, g.rubric)
        is distinct from (s.score, s.max_score, s.percentage, s.is_passed, s.rubric)
    union all
    select 'exercise_grades.grade_number', 'exercise_grades', n.id::text, n.nth::text, n.grade_number::text
    from (
        select
            g.id,
            g.grade_number,
            row_number() over (partition by g.submission_id order by g.grade_number) as nth
        from exercise_grades as g
    ) as n
    where n.nth <> n.grade_number
    union all
    select 'exercise_grades.score', 'exercise_grades', g.id::text, t.points::text, g.score::text
    from exercise_grades as g
    cross join lateral (
        select sum((c.value -> 'points')::numeric) as points
        from jsonb_array_elements(g.rubric -> 'criteria') as c (value)
    ) as t
    where t.points <> g.score
    union all
    -- Passed, and never counted: not by who teaches the course, who gets nothing for it.
    select 'exercise_submissions.first_pass', 'exercise_submissions', min(s.id::text), 'true', 'false'
    from exercise_submissions as s
    inner join courses as c on c.id = s.course_id and c.instructor_id <> s.user_id
    inner join users as u on u.id = s.user_id and u.deleted_at is null
    group by s.user_id, s.exercise_id
    having bool_or(s.is_passed) and not bool_or(s.first_pass);
$$;

comment on function assessment_findings is 'Internal: what verify_integrity says of attempts and submissions.';
-- Granted to nobody: it reads other people's rows.
revoke all on function assessment_findings from public;
