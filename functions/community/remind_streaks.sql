-- remind_streaks: tells those whose streak ends today, unless they learn something, that it does. Returns how many.
--
-- Today is the local date of each person: at any moment there are three dates on earth at most, and each is one
-- statement. A person is told once per local date, however often this runs. At risk is a streak that today's end would
-- end: yesterday was its last day, and no freeze is held to bridge today.
--
-- called by  a daily job, in the evening of most learners: one that runs each hour would tell them at midnight
-- requires   require_service, require_moment, school_zone, notify_people, streak_as_of
-- errors     PA403 not the service · PA422 a time in the future
create or replace function remind_streaks(
    p_as_of timestamptz default null
)
returns bigint
language plpgsql
volatile
security definer -- reads everyone's streaks, writes notifications
set search_path from current
as $$
#variable_conflict use_column
declare
    v_as_of timestamptz := require_moment(p_at => p_as_of);
    v_zone text := school_zone();
    v_day record;
    v_told bigint := 0;
begin
    perform require_service();

    for v_day in
        select r.today, array_agg(r.user_id) as user_ids
        from (
            select
                s.user_id,
                s.current_streak,
                s.last_streak_date,
                s.streak_freezes,
                -- local_date() for many people at once.
                greatest(
                    (v_as_of at time zone coalesce(us.timezone, v_zone))::date,
                    case when v_as_of >= us.timezone_changed_at then us.timezone_changed_on end
                ) as today
            from user_stats as s
            left join user_settings as us on us.user_id = s.user_id
            where s.current_streak > 0
        ) as r
        where
            -- Alive today, and over tomorrow.
            r.last_streak_date < r.today
            and streak_as_of(
                p_current_streak => r.current_streak, p_last_streak_date => r.last_streak_date,
                p_streak_freezes => r.streak_freezes, p_today => r.today
            ) > 0
            and streak_as_of(
                p_current_streak => r.current_streak, p_last_streak_date => r.last_streak_date,
                p_streak_freezes => r.streak_freezes, p_today => r.today + 1
            ) = 0
        group by r.today
        order by r.today
    loop
        v_told := v_told + notify_people(
            p_user_ids => v_day.user_ids,
            p_type => 'streak_at_risk',
            p_title => 'Your streak ends today',
            p_message => 'Complete a lesson before midnight to keep it.',
            p_priority => 'high',
            p_occurrence => v_day.today::text
        );
    end loop;

    return v_told;
end;
$$;

comment on function remind_streaks is 'Tells those whose streak would end today, once per local date; returns how many.';
revoke all on function remind_streaks from public;
grant execute on function remind_streaks to pgacademy_service;
