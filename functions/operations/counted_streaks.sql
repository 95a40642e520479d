-- counted_streaks: what streak_count of every row of user_streaks should say: the active days in the run of consecutive
-- dates up to it. A day bridged by a freeze joins two runs and counts for nothing itself.
--
-- called by  counted_user_stats, verify_integrity, repair_counters
-- errors     none
create or replace function counted_streaks(
    p_user_ids uuid[] default null
)
returns table (user_id uuid, streak_date date, streak_count integer)
language sql
stable
security invoker
begin atomic
    select
        i.user_id,
        i.streak_date,
        (count(*) filter (where i.activity_type <> 'freeze') over (
            partition by i.user_id, i.island
            order by i.streak_date
        ))::integer
    from (
        -- Consecutive dates minus their row number are one and the same date.
        select
            d.user_id,
            d.streak_date,
            d.activity_type,
            d.streak_date - (row_number() over (partition by d.user_id order by d.streak_date))::integer as island
        from user_streaks as d
        where p_user_ids is null or d.user_id = any(p_user_ids)
    ) as i;
end;

comment on function counted_streaks is 'Internal: streak_count of the rows of user_streaks, counted anew.';
-- Granted to nobody: it counts other people's rows.
revoke all on function counted_streaks from public;
