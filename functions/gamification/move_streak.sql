-- move_streak: note that a person learned something on a day, and say what their streak is then.
--
-- The moment becomes a local date in the person's time zone here and now; a later change of zone changes nothing that
-- was. One row per date in user_streaks; streak_count of a row is the number of active days in the run of consecutive
-- rows up to it, where a day bridged by a freeze joins two runs and counts for nothing itself.
--
--   the same date again     counts the activity; the streak stays as it is
--   a later date            the streak goes on if no day was missed, or if freezes held bridge *all* missed days (one
--                           row and one freeze each); else it begins anew and no freeze is spent
--   an earlier date         runs are computed anew from all dates (gaps and islands). Freezes are never spent on the
--                           past; one that bridged a day which turns out to be active is given back, up to two
--
-- A streak that was settled as over (current_streak = 0) stays over until there is a new day; only a day right after
-- the last one joins it again, for then no day was missed after all.
--
-- Writes user_streaks alone. It is given the person's row of counters, which its caller has locked, and returns that
-- row with the streak as it is now, for the caller to write with whatever else the event has moved.
--
-- called by  record_activity, reward_lesson
-- requires   local_date; bump_stats writes what it returns
-- errors     PA422 an unusable kind of activity
create or replace function move_streak(
    p_stats user_stats,
    p_activity_type text,
    p_occurred_at timestamptz
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
    v_user_id constant uuid := p_stats.user_id;
    v_date constant date := local_date(p_user_id => v_user_id, p_at => coalesce(p_occurred_at, clock_timestamp()));
    v_missed constant integer := v_date - v_stats.last_streak_date - 1;
    v_freezes integer;
    v_count integer;
    v_longest integer;
begin
    if p_activity_type is null or p_activity_type !~ '^[a-z][a-z_]{0,49}$' or p_activity_type = 'freeze' then
        raise exception 'an activity needs a kind'
            using errcode = 'PA422',
                detail = format('activity_type = %s', coalesce(left(p_activity_type, 60), 'null')),
                hint = 'Pass a lower-case name such as lesson; freezes are made here.';
    end if;

    v_freezes := v_stats.streak_freezes;

    if v_missed >= 0 or v_missed is null then
        if v_missed = 0 then
            -- Not current_streak, which is 0 after settling.
            select d.streak_count + 1
            into v_count
            from user_streaks as d
            where d.user_id = v_user_id and d.streak_date = v_stats.last_streak_date;

            v_count := coalesce(v_count, v_stats.current_streak + 1);
        elsif v_stats.current_streak > 0 and v_missed <= v_freezes then
            insert into user_streaks (user_id, streak_date, streak_count, activity_type, activity_count)
            select v_user_id, v_stats.last_streak_date + i.day, v_stats.current_streak, 'freeze', 0
            from generate_series(1, v_missed) as i (day);

            v_freezes := v_freezes - v_missed;
            v_count := v_stats.current_streak + 1;
        else
            v_count := 1;
        end if;

        insert into user_streaks (user_id, streak_date, streak_count, activity_type)
        values (v_user_id, v_date, v_count, p_activity_type);

        v_stats.current_streak := v_count;
        v_stats.longest_streak := greatest(v_stats.longest_streak, v_count);
        v_stats.last_streak_date := v_date;
        v_stats.streak_freezes := v_freezes;
        return v_stats;
    end if;

    update user_streaks as d
    set activity_count = d.activity_count + 1
    where d.user_id = v_user_id and d.streak_date = v_date and d.activity_type <> 'freeze';

    if found then
        return v_stats;
    end if;

    -- An earlier date that was not active so far: the count of its row, and of all rows after it, comes below.
    update user_streaks as d
    set activity_type = p_activity_type, activity_count = 1
    where d.user_id = v_user_id and d.streak_date = v_date;

    if found then
        v_freezes := least(2, v_freezes + 1);
    else
        insert into user_streaks (user_id, streak_date, streak_count, activity_type)
        values (v_user_id, v_date, 1, p_activity_type);
    end if;

    with islands as (
        -- Consecutive dates minus their row number are one and the same date.
        select
            d.streak_date,
            d.activity_type,
            d.streak_date - (row_number() over (order by d.streak_date))::integer as island
        from user_streaks as d
        where d.user_id = v_user_id
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
    where d.user_id = v_user_id and d.streak_date = c.streak_date and d.streak_count <> c.streak_count;

    select
        max(d.streak_count),
        max(d.streak_count) filter (where d.streak_date = v_stats.last_streak_date and v_stats.current_streak > 0)
    into v_longest, v_count
    from user_streaks as d
    where d.user_id = v_user_id;

    v_stats.current_streak := coalesce(v_count, 0);
    v_stats.longest_streak := greatest(v_stats.longest_streak, v_longest);
    v_stats.streak_freezes := v_freezes;
    return v_stats;
end;
$$;

comment on function move_streak is 'Notes a person''s activity on their local date; returns their counters with the streak it makes.';
-- Granted to nobody: activity comes from what was learned.
revoke all on function move_streak from public;
