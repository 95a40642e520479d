-- course_metric_values: the metrics that can be counted within one course, for a person on it.
--
-- Counted from the rows themselves: nobody caches them, and only a definition that is scoped to this very course asks.
--
-- called by  grant_achievements
-- errors     none
create or replace function course_metric_values(
    p_user_id uuid,
    p_course_id uuid
)
returns table (metric text, value numeric)
language sql
stable
security invoker
begin atomic
    select m.metric, m.value::numeric
    from (
        select
            count(*) filter (where p.status = 'completed') as lessons,
            count(*) filter (where p.status = 'completed' and p.score = 100) as perfect
        from lesson_progress as p
        inner join enrollments as e on e.id = p.enrollment_id
        where e.user_id = p_user_id and e.course_id = p_course_id
    ) as l
    cross join (
        select
            count(*) as enrolled,
            count(*) filter (where e.status = 'completed') as completed
        from enrollments as e
        where e.user_id = p_user_id and e.course_id = p_course_id
    ) as c
    cross join lateral (
        values
        ('lessons_completed', l.lessons),
        ('perfect_scores', l.perfect),
        ('courses_enrolled', c.enrolled),
        ('courses_completed', c.completed)
    ) as m (metric, value);
end;

comment on function course_metric_values is 'The value of every course-scoped metric for a person in a course.';
-- Granted to nobody: it counts another person's rows.
revoke all on function course_metric_values from public;
