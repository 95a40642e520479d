-- reached_in_course: the definitions scoped to a course that a person's event has reached in it.
--
-- An event moves each metric of a course by one at most, so only the thresholds between one less and what is counted now
-- are looked at; with a null row before, all that are reached. Nothing is counted unless the course has a definition. Who
-- teaches the course earns nothing in it. Inlined into the calling query.
--
-- called by  grant_to_people
-- requires   course_metric_values
-- errors     none
-- requires: course_metric_values
create or replace function reached_in_course(
    p_before user_stats,
    p_user_id uuid,
    p_course_id uuid
)
returns table (achievement_id uuid)
language sql
stable
security invoker
begin atomic
    select a.id
    from enrollments as e
    inner join courses as c on c.id = e.course_id and c.instructor_id <> e.user_id
    cross join lateral course_metric_values(p_enrollment => e) as m
    cross join lateral (
        select d.id
        from achievements as d
        where
            d.scope_course_id = e.course_id
            and d.metric = m.metric
            and d.threshold > case when (p_before).user_id is null then 0 else m.value - 1 end
            and d.threshold <= m.value
            and d.is_active
        -- As in reached_achievements.
        offset 0 -- noqa: AM09
    ) as a
    where
        e.user_id = p_user_id
        and e.course_id = p_course_id
        -- In the order of an index: as a plain EXISTS it may read them all.
        and (
            select true
            from achievements as d
            where d.scope_course_id = p_course_id and d.is_active
            order by d.metric, d.threshold
            limit 1
        )
        and not exists (
            select from user_achievements as g where g.user_id = p_user_id and g.achievement_id = a.id
        );
end;

comment on function reached_in_course is 'The achievements of a course that a person''s event has reached.';
-- Granted to nobody: procedures call it.
revoke all on function reached_in_course from public;
