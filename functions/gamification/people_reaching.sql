-- people_reaching: who has reached criteria and has not the achievement, in the order of their ids, with what is counted.
--
-- For many people what reached_achievements and reached_in_course are for one. p_after leaves out everyone up to that id;
-- p_user_ids limits it to some people, null is everyone. An achievement that is not there yet is null: nobody has it.
--
-- called by  preview_achievement, apply_achievement
-- requires   course_metric_values, metric_values
-- errors     none
-- requires: metric_values, course_metric_values
create or replace function people_reaching(
    p_achievement_id uuid,
    p_criteria jsonb,
    p_after uuid default null,
    p_user_ids uuid[] default null
)
returns table (user_id uuid, value numeric)
language sql
stable
security invoker
begin atomic
    select u.id, m.value
    from users as u
    inner join user_stats as s on s.user_id = u.id
    cross join lateral metric_values(p_stats => s) as m
    where
        p_criteria ->> 'scope' = 'global'
        and (p_after is null or u.id > p_after)
        and (p_user_ids is null or u.id = any(p_user_ids))
        and u.deleted_at is null
        and m.metric = p_criteria ->> 'metric'
        and m.value >= (p_criteria ->> 'threshold')::numeric
        and not exists (
            select from user_achievements as g where g.user_id = u.id and g.achievement_id = p_achievement_id
        )
    union all
    select u.id, m.value
    from enrollments as e
    inner join courses as c on c.id = e.course_id and c.instructor_id <> e.user_id
    inner join users as u on u.id = e.user_id
    cross join lateral course_metric_values(p_enrollment => e) as m
    where
        e.course_id = nullif(p_criteria ->> 'scope', 'global')::uuid
        and (p_after is null or e.user_id > p_after)
        and (p_user_ids is null or e.user_id = any(p_user_ids))
        and u.deleted_at is null
        and m.metric = p_criteria ->> 'metric'
        and m.value >= (p_criteria ->> 'threshold')::numeric
        and not exists (
            select from user_achievements as g where g.user_id = e.user_id and g.achievement_id = p_achievement_id
        );
end;

comment on function people_reaching is 'Internal: the people who have reached criteria and have not the achievement.';
-- Granted to nobody: it counts other people's rows.
revoke all on function people_reaching from public;
