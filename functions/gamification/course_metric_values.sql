-- course_metric_values: the metrics that can be counted within one course, for a person on it.
--
-- Counted from the rows themselves: nobody caches them, and only a definition that is scoped to this very course asks.
-- Inlined into the calling query.
--
-- called by  reached_in_course, people_reaching, explain_achievement
-- errors     none
create or replace function course_metric_values(
    p_enrollment enrollments
)
returns table (metric text, value numeric)
language sql
stable
security invoker
begin atomic
    select m.metric, m.value::numeric
    from (
        select
            count(*) as lessons,
            count(*) filter (where p.score = 100) as perfect
        from lesson_progress as p
        where p.enrollment_id = (p_enrollment).id and p.status = 'completed'
    ) as l
    cross join lateral (
        values
        ('lessons_completed', l.lessons),
        ('perfect_scores', l.perfect),
        ('courses_enrolled', 1),
        ('courses_completed', ((p_enrollment).status = 'completed')::integer)
    ) as m (metric, value);
end;

comment on function course_metric_values is 'The value of every course-scoped metric for a person in a course.';
-- Granted to nobody: it counts another person's rows.
revoke all on function course_metric_values from public;
