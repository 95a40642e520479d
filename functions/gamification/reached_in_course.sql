-- reached_in_course: the definitions scoped to a course that a person has reached in it and not been granted yet.
--
-- Nothing is counted unless the course has a definition: the count hangs on the row. Inlined into the calling query.
--
-- called by  grant_achievements
-- errors     none
-- requires: course_metric_values
create or replace function reached_in_course(
    p_user_id uuid,
    p_course_id uuid
)
returns table (achievement_id uuid)
language sql
stable
security invoker
begin atomic
    select a.id
    from achievements as a
    cross join lateral (
        select c.value
        from course_metric_values(p_user_id => p_user_id, p_course_id => a.scope_course_id) as c
        where c.metric = a.metric
    ) as c
    where
        a.is_active
        and a.scope_course_id = p_course_id
        and a.threshold <= c.value
        and not exists (
            select
            from user_achievements as e
            where e.user_id = p_user_id and e.achievement_id = a.id
        );
end;

comment on function reached_in_course is 'The achievements of a course that a person has reached and not been granted.';
-- Granted to nobody: procedures call it.
revoke all on function reached_in_course from public;
