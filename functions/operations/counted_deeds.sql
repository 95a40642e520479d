-- counted_deeds: what the counters of deeds in user_stats should say, counted from the rows they cache: one row for
-- every person and metric with more than none.
--
-- The other end of count_deed: a domain that counts a deed adds here how it is counted. p_user_ids limits it to some
-- people; null counts everyone.
--
-- called by  verify_integrity, repair_counters
-- errors     none
create or replace function counted_deeds(
    p_user_ids uuid[] default null
)
returns table (user_id uuid, metric text, value integer)
language sql
stable
security invoker
begin atomic
    select
        s.user_id,
        'exercises_completed',
        count(*)::integer
    from exercise_submissions as s
    where s.first_pass and (p_user_ids is null or s.user_id = any(p_user_ids))
    group by s.user_id
    union all
    select
        a.user_id,
        'quizzes_passed',
        count(*)::integer
    from quiz_attempts as a
    where a.first_pass and (p_user_ids is null or a.user_id = any(p_user_ids))
    group by a.user_id;
end;

comment on function counted_deeds is 'Internal: the counters of deeds in user_stats, counted anew.';
-- Granted to nobody: it counts other people's rows.
revoke all on function counted_deeds from public;
