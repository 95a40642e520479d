-- counted_quiz_attempts: attempts that break a rule: numbers, caps, sums.
--
-- A cap that was lowered later is no finding: attempts made before stay.
--
-- called by  assessment_findings
-- errors     none
create or replace function counted_quiz_attempts()
returns table (attempt_id uuid, rule text, expected text, actual text)
language sql
stable
security invoker
set search_path from current
as $$
    with numbered as (
        select
            a.id,
            a.attempt_number,
            row_number() over (partition by a.enrollment_id, a.quiz_id order by a.attempt_number) as nth
        from quiz_attempts as a
    ),

    summed as (
        select
            a.id,
            a.score,
            a.max_score,
            a.percentage,
            sum((g.item ->> 'points')::numeric) as points,
            sum((g.item ->> 'max_points')::numeric) as max_points
        from quiz_attempts as a
        cross join lateral jsonb_array_elements(a.grading) as g (item)
        where a.status = 'graded'
        group by a.id
    )

    select n.id, 'attempt_number', n.nth::text, n.attempt_number::text
    from numbered as n
    where n.nth <> n.attempt_number
    union all
    select s.id, v.rule, v.expected::text, v.actual::text
    from summed as s
    cross join lateral (
        values
        ('score', s.points, s.score),
        ('max_score', s.max_points, s.max_score),
        ('percentage', round(100 * s.points / s.max_points, 2), s.percentage)
    ) as v (rule, expected, actual)
    where v.expected <> v.actual;
$$;

comment on function counted_quiz_attempts is 'Internal: attempts whose number or sums are not what their rows say.';
-- Granted to nobody: it reads other people's rows.
revoke all on function counted_quiz_attempts from public;
