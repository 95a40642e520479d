-- streak_as_of: what a stored streak is worth on a day.
--
-- A streak is alive while the days missed since the last covered one are not more than the freezes held; else it is
-- over, whether or not a job has settled it. A day before the last covered one (a journey westwards) misses nothing.
--
-- called by  effective_streak, advance_streaks, add_streak_freeze, remind_streaks, update_settings
-- errors     none
create or replace function streak_as_of(
    p_current_streak integer,
    p_last_streak_date date,
    p_streak_freezes integer,
    p_today date
)
returns integer
language sql
immutable
security invoker
begin atomic
    select case when p_today - p_last_streak_date - 1 <= p_streak_freezes then p_current_streak else 0 end;
end;

comment on function streak_as_of is 'A stored streak as it stands on a day: itself, or 0 when it is over.';
revoke all on function streak_as_of from public;
-- Views of people's own counters call it.
grant execute on function streak_as_of to pgacademy_student, pgacademy_instructor, pgacademy_admin;
