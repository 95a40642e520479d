-- advance_streaks: settle the streaks that are over, so that what is stored is what is shown.
--
-- Only streaks that no freezes held could bridge any more; a freeze is spent by the activity it saves
-- (move_streaks), so the outcome does not depend on when, or whether, this job runs. A person someone is writing
-- to is left for the next run.
--
-- called by  a daily job
-- requires   require_service, require_moment, school_zone, streak_as_of
-- errors     PA403 not the service · PA422 a time in the future
create or replace function advance_streaks(
    p_as_of timestamptz default null
)
returns bigint
language plpgsql
volatile
security definer -- writes user_stats, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_as_of timestamptz := require_moment(p_at => p_as_of);
    v_zone text := school_zone();
    v_people bigint;
begin
    perform require_service();

    with stale as (
        select s.user_id
        from user_stats as s
        left join user_settings as us on us.user_id = s.user_id
        where
            s.current_streak > 0
            and streak_as_of(
                p_current_streak => s.current_streak,
                p_last_streak_date => s.last_streak_date,
                p_streak_freezes => s.streak_freezes,
                -- local_date() for many people at once.
                p_today => greatest(
                    (v_as_of at time zone coalesce(us.timezone, v_zone))::date,
                    case when v_as_of >= us.timezone_changed_at then us.timezone_changed_on end
                )
            ) = 0
        for update of s skip locked
    )

    update user_stats as s
    set current_streak = 0
    from stale as t
    where s.user_id = t.user_id;

    get diagnostics v_people = row_count;
    return v_people;
end;
$$;

comment on function advance_streaks is 'Settles streaks that are over; returns how many.';
revoke all on function advance_streaks from public;
grant execute on function advance_streaks to pgacademy_service;
