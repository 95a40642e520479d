-- metric_changes: what each metric of an achievement was and is, from two states of a person's counters. The only place
-- that knows which column a metric is.
--
-- A null row counts as all zero. Two arrays beside the names, because every completion asks: they cost a fraction of a list of
-- rows. The names are the same for everybody, and are unfolded once for all people of a statement.
--
-- called by  reached_achievements, metric_values
-- errors     none
create or replace function metric_changes(
    p_before user_stats,
    p_now user_stats
)
returns table (metric text, value_before bigint, value_now bigint)
language sql
immutable
security invoker
begin atomic
    select m.metric, coalesce(v.values_before[m.place], 0), coalesce(v.values_now[m.place], 0)
    from (
        select
            array[
                (p_before).lessons_completed, (p_before).courses_completed, (p_before).courses_enrolled,
                (p_before).exercises_completed, (p_before).perfect_scores, (p_before).current_streak,
                (p_before).longest_streak, (p_before).total_xp, (p_before).current_level, (p_before).coins_earned,
                (p_before).quizzes_passed, (p_before).projects_created, (p_before).projects_minted,
                (p_before).discussions_started, (p_before).replies_posted, (p_before).solutions_accepted,
                (p_before).votes_received, (p_before).certificates_earned, (p_before).reviews_completed
            ]::bigint[] as values_before,
            array[
                (p_now).lessons_completed, (p_now).courses_completed, (p_now).courses_enrolled,
                (p_now).exercises_completed, (p_now).perfect_scores, (p_now).current_streak,
                (p_now).longest_streak, (p_now).total_xp, (p_now).current_level, (p_now).coins_earned,
                (p_now).quizzes_passed, (p_now).projects_created, (p_now).projects_minted,
                (p_now).discussions_started, (p_now).replies_posted, (p_now).solutions_accepted,
                (p_now).votes_received, (p_now).certificates_earned, (p_now).reviews_completed
            ]::bigint[] as values_now
        -- By itself: put into the list, they would be made once for each metric.
        limit 1 -- noqa: AM09
    ) as v
    cross join unnest(
        array[
            'lessons_completed', 'courses_completed', 'courses_enrolled',
            'exercises_completed', 'perfect_scores', 'streak_days',
            'longest_streak', 'total_xp', 'current_level', 'coins_earned',
            'quizzes_passed', 'projects_created', 'projects_minted',
            'discussions_started', 'replies_posted', 'solutions_accepted',
            'votes_received', 'certificates_earned', 'reviews_completed'
        ]
    ) with ordinality as m (metric, place);
end;

comment on function metric_changes is 'The value of every achievement metric in two states of a person''s counters.';
revoke all on function metric_changes from public;
-- metric_values calls it for the reader of a view.
grant execute on function metric_changes to pgacademy_student, pgacademy_instructor, pgacademy_admin;
