-- recount_streak: a person was active on a date before their last one, or on one that a freeze had bridged.
--
-- Runs are computed anew from all dates (gaps and islands). Freezes are never spent on the past; one that bridged a day
-- which turns out to be active is given back, up to two. As move_streaks, it writes user_streaks and returns the row of
-- counters, which its caller has locked.
--
-- called by  move_streaks
-- errors     none of its own
create or replace function recount_streak(
    p_stats user_stats,
    p_activity_type text,
    p_date date
)
returns user_stats
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_stats user_stats := p_stats;
    v_freezes integer := p_stats.streak_freezes;
    v_count integer;
    v_longest integer;
begin
    -- An earlier date that was not active so far: the count of its row, and of all rows after it, comes below.
    update user_streaks as d
    set activity_type = p_activity_type, activity_count = 1
    where d.user_id = v_stats.user_id and d.streak_date = p_date;

    if found then
        v_freezes := least(2, v_freezes + 1);
    else
        insert into user_streaks (user_id, streak_date, streak_count, activity_type)
        values (v_stats.user_id, p_date, 1, p_activity_type);
    end if;

    with islands as (
        -- Consecutive dates minus their row number are one and the same date.
        select
            d.streak_date,
            d.activity_type,
            d.streak_date - (row_number() over (order by d.streak_date))::integer as island
        from user_streaks as d
        where d.user_id = v_stats.user_id
    ),

    counted as (
        select
            i.streak_date,
            (count(*) filter (where i.activity_type <> 'freeze')
                over (partition by i.island order by i.streak_date))::integer as streak_count
        from islands as i
    )

    update user_streaks as d
    set streak_count = c.streak_count
    from counted as c
    where d.user_id = v_stats.user_id and d.streak_date = c.streak_date and d.streak_count <> c.streak_count;

    select
        max(d.streak_count),
        max(d.streak_count) filter (where d.streak_date = v_stats.last_streak_date and v_stats.current_streak > 0)
    into v_longest, v_count
    from user_streaks as d
    where d.user_id = v_stats.user_id;

    v_stats.current_streak := coalesce(v_count, 0);
    v_stats.longest_streak := greatest(v_stats.longest_streak, v_longest);
    v_stats.streak_freezes := v_freezes;
    return v_stats;
end;
$$;

comment on function recount_streak is 'Internal: counts a person''s streaks anew after an activity in the past; returns their counters.';
-- Granted to nobody: part of move_streaks.
revoke all on function recount_streak from public;
