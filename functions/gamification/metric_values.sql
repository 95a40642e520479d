-- metric_values: what each metric of an achievement is for a person. Which column a metric is, metric_changes knows.
--
-- called by  v_my_achievements
-- requires   metric_changes
-- errors     none
-- requires: metric_changes
create or replace function metric_values(
    p_stats user_stats
)
returns table (metric text, value numeric)
language sql
immutable
security invoker
begin atomic
    select m.metric, m.value_now::numeric
    from metric_changes(p_before => null, p_now => p_stats) as m;
end;

comment on function metric_values is 'The value of every achievement metric, from a person''s counters.';
revoke all on function metric_values from public;
-- Views of learners call it with their own row.
grant execute on function metric_values to pgacademy_student, pgacademy_instructor, pgacademy_admin;
