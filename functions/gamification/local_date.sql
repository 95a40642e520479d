-- local_date: which day a moment is for a person, in the time zone of their settings, else in the school's.
--
-- Their calendar never goes back: whoever moves westwards stays on the day it was for them when they changed the zone,
-- until that day has come there too. Otherwise a change of zone would open a missed day again.
--
-- called by  move_streaks, effective_streak, add_streak_freeze
-- requires   school_zone
-- errors     22023 the person's setting names no time zone
create or replace function local_date(
    p_user_id uuid,
    p_at timestamptz
)
returns date
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return coalesce(
        (
            select greatest(
                (p_at at time zone s.timezone)::date,
                case when p_at >= s.timezone_changed_at then s.timezone_changed_on end
            )
            from user_settings as s
            where s.user_id = p_user_id
        ),
        (p_at at time zone school_zone())::date
    );
end;
$$;

comment on function local_date is 'The local date of a moment for a person.';
-- Granted to nobody: it reads another person's settings.
revoke all on function local_date from public;
