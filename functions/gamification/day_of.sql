-- day_of: which day a moment is for a person, which local_date tells others.
--
-- In the time zone of their settings, else in the school's. Their calendar never goes back: whoever moves westwards stays on
-- the day it was for them when they changed the zone, until that day has come there too. Otherwise a change of zone
-- would open a missed day again.
--
-- A row, not a value, because that can be inlined: a statement for many people calls no function for each. Bound when it
-- is created.
--
-- called by  local_date, move_streaks
-- requires   school_zone
-- errors     22023 the person's setting names no time zone
-- requires: school_zone
create or replace function day_of(
    p_user_id uuid,
    p_at timestamptz
)
returns table (local_date date)
language sql
stable
security invoker
begin atomic
    select coalesce(
        (
            select greatest(
                (p_at at time zone s.timezone)::date,
                case when p_at >= s.timezone_changed_at then s.timezone_changed_on end
            )
            from user_settings as s
            where s.user_id = p_user_id
        ),
        -- A query by itself: read once for all people who are asked for.
        (p_at at time zone (select school_zone()))::date
    );
end;

comment on function day_of is 'Internal: the local date of a moment for a person.';
-- Granted to nobody: others ask local_date.
revoke all on function day_of from public;
