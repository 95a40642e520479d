-- metric_values: what each metric of an achievement is for a person. The only place that knows which column a metric
-- is.
--
-- A metric of a domain that is not built has no row here, so nothing can be earned by it. A null row counts as all
-- zero.
--
-- called by  grant_achievements, v_my_achievements
-- errors     none
create or replace function metric_values(
    p_stats user_stats
)
returns table (metric text, value numeric)
language sql
immutable
security invoker
begin atomic
    select m.metric, coalesce(m.value, 0)
    from (
        values
        ('lessons_completed', (p_stats).lessons_completed::numeric),
        ('courses_completed', (p_stats).courses_completed::numeric),
        ('courses_enrolled', (p_stats).courses_enrolled::numeric),
        ('exercises_completed', (p_stats).exercises_completed::numeric),
        ('perfect_scores', (p_stats).perfect_scores::numeric),
        ('streak_days', (p_stats).current_streak::numeric),
        ('longest_streak', (p_stats).longest_streak::numeric),
        ('total_xp', (p_stats).total_xp::numeric),
        ('current_level', (p_stats).current_level::numeric),
        ('coins_earned', (p_stats).coins_earned::numeric)
    ) as m (metric, value);
end;

comment on function metric_values is 'The value of every achievement metric, from a person''s counters.';
revoke all on function metric_values from public;
-- Views of learners call it with their own row.
grant execute on function metric_values to pgacademy_student, pgacademy_instructor, pgacademy_admin;
