-- reached_achievements: the definitions whose threshold lies between what was counted about a person before and what is
-- counted now: above the one, not above the other. Found through the index on (metric, threshold).
--
-- Those of everywhere; what is scoped to a course is counted in that course (reached_in_course). Not those the person has:
-- of a streak begun anew, or of a definition that was changed. A null row before counts as all zero. Inlined into the
-- calling query; bound when it is created.
--
-- called by  apply_completion, grant_to_people, apply_achievement
-- requires   metric_changes
-- errors     none
-- requires: metric_changes
create or replace function reached_achievements(
    p_before user_stats,
    p_now user_stats
)
returns table (achievement_id uuid)
language sql
stable
security invoker
begin atomic
    select a.id
    from metric_changes(p_before => p_before, p_now => p_now) as m
    cross join lateral (
        select d.id
        from achievements as d
        where
            d.metric = m.metric
            and d.threshold > m.value_before
            and d.threshold <= m.value_now
            and d.is_active
            and d.scope_course_id is null
        -- Keeps it a look into the index for each metric that moved: joined at will, all definitions are read.
        offset 0 -- noqa: AM09
    ) as a
    where
        m.value_before < m.value_now
        and not exists (
            select from user_achievements as g where g.user_id = (p_now).user_id and g.achievement_id = a.id
        );
end;

comment on function reached_achievements is 'The achievements that lie between two states of a person''s counters.';
-- Granted to nobody: procedures call it.
revoke all on function reached_achievements from public;
