-- move_streaks: note that people learned something on a day, each on theirs, and say what their streaks are then.
--
-- The moment becomes a local date in the person's time zone here and now; a later change of zone changes nothing that
-- was. One row per date in user_streaks; streak_count of a row is the number of active days in the run of consecutive
-- rows up to it, where a day bridged by a freeze joins two runs and counts for nothing itself.
--
--   the same date again     counts the activity; the streak stays as it is
--   a later date            the streak goes on if no day was missed, or if freezes held bridge *all* missed days (one
--                           row and one freeze each); else it begins anew and no freeze is spent
--   an earlier date         runs are computed anew from all dates, see recount_streak
--
-- A streak that was settled as over (current_streak = 0) stays over until there is a new day; only a day right after
-- the last one joins it again, for then no day was missed after all.
--
-- Writes user_streaks alone. It is given the people's rows of counters, which its caller has locked, and returns these
-- rows with the streaks as they are now, for the caller to write with whatever else the event has moved. A person comes once.
--
-- called by  record_activity, reward_lessons
-- requires   day_of, recount_streak; bump_people writes what it returns
-- errors     PA422 an unusable kind of activity
create or replace function move_streaks(
    p_stats user_stats[],
    p_activity_type text,
    p_occurred_at timestamptz[]
)
returns user_stats[]
language plpgsql
volatile
security invoker
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
as $$
#variable_conflict use_column
declare
    v_now constant timestamptz := clock_timestamp();
    v_stats user_stats[] := p_stats;
    v_person user_stats;
    v_move record;
    v_count integer;
    -- The days that are new, those that freezes bridge, and those that were there, side by side by person.
    v_new_ids uuid[] := array[]::uuid[];
    v_new_dates date[];
    v_new_counts integer[];
    v_frozen_ids uuid[] := array[]::uuid[];
    v_frozen_dates date[];
    v_frozen_counts integer[];
    v_known_ids uuid[] := array[]::uuid[];
    v_known_dates date[];
begin
    if p_activity_type is null or p_activity_type !~ '^[a-z][a-z_]{0,49}$' or p_activity_type = 'freeze' then
        raise exception 'an activity needs a kind'
            using errcode = 'PA422',
                detail = format('activity_type = %s', coalesce(left(p_activity_type, 60), 'null')),
                hint = 'Pass a lower-case name such as lesson; freezes are made here.';
    end if;

    for v_move in
        select i.nth, s.person, d.streak_date, d.streak_date - (s.person).last_streak_date - 1 as missed, l.streak_count
        from unnest(p_occurred_at) with ordinality as i (at, nth)
        -- Each by itself: put into the list, they would be looked up once for each use.
        cross join lateral (select p_stats[i.nth] as person offset 0) as s -- noqa: AM09
        cross join lateral (
            select o.local_date as streak_date
            from day_of(p_user_id => (s.person).user_id, p_at => coalesce(i.at, v_now)) as o
            offset 0 -- noqa: AM09
        ) as d
        left join user_streaks as l
            on l.user_id = (s.person).user_id and l.streak_date = (s.person).last_streak_date
            and d.streak_date - (s.person).last_streak_date = 1
    loop
        v_person := v_move.person;

        if v_move.missed < 0 then
            v_known_ids := v_known_ids || v_person.user_id;
            v_known_dates := v_known_dates || v_move.streak_date;
            continue;
        end if;

        if v_move.missed = 0 then
            -- Not current_streak, which is 0 after settling.
            v_count := coalesce(v_move.streak_count, v_person.current_streak) + 1;
        elsif v_person.current_streak > 0 and v_move.missed <= v_person.streak_freezes then
            for v_day in 1..v_move.missed loop
                v_frozen_ids := v_frozen_ids || v_person.user_id;
                v_frozen_dates := v_frozen_dates || (v_person.last_streak_date + v_day);
                v_frozen_counts := v_frozen_counts || v_person.current_streak;
            end loop;

            v_person.streak_freezes := v_person.streak_freezes - v_move.missed;
            v_count := v_person.current_streak + 1;
        else
            v_count := 1;
        end if;

        v_new_ids := v_new_ids || v_person.user_id;
        v_new_dates := v_new_dates || v_move.streak_date;
        v_new_counts := v_new_counts || v_count;
        v_person.current_streak := v_count;
        v_person.longest_streak := greatest(v_person.longest_streak, v_count);
        v_person.last_streak_date := v_move.streak_date;
        v_stats[v_move.nth] := v_person;
    end loop;

    if v_frozen_ids <> '{}' then
        insert into user_streaks (user_id, streak_date, streak_count, activity_type, activity_count)
        select f.user_id, f.streak_date, f.streak_count, 'freeze', 0
        from unnest(v_frozen_ids, v_frozen_dates, v_frozen_counts) as f (user_id, streak_date, streak_count);
    end if;

    if v_new_ids <> '{}' then
        insert into user_streaks (user_id, streak_date, streak_count, activity_type)
        select n.user_id, n.streak_date, n.streak_count, p_activity_type
        from unnest(v_new_ids, v_new_dates, v_new_counts) as n (user_id, streak_date, streak_count);
    end if;

    if v_known_ids <> '{}' then
        for v_move in
            with counted as (
                update user_streaks as d
                set activity_count = d.activity_count + 1
                from unnest(v_known_ids, v_known_dates) as k (user_id, streak_date)
                where d.user_id = k.user_id and d.streak_date = k.streak_date and d.activity_type <> 'freeze'
                returning d.user_id
            )

            select i.ordinality as nth, k.streak_date
            from unnest(v_known_ids, v_known_dates) as k (user_id, streak_date)
            inner join unnest(v_stats) with ordinality as i on i.user_id = k.user_id
            where not exists (select from counted as c where c.user_id = k.user_id)
        loop
            v_stats[v_move.nth] := recount_streak(
                p_stats => v_stats[v_move.nth], p_activity_type => p_activity_type, p_date => v_move.streak_date
            );
        end loop;
    end if;

    return v_stats;
end;
$$;

comment on function move_streaks is 'Notes people''s activity on their local dates; returns their counters with the streaks it makes.';
-- Granted to nobody: activity comes from what was learned.
revoke all on function move_streaks from public;
