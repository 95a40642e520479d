-- add_streak_freeze: puts a freeze on a person's row of counters.
--
-- The streak is settled first: a freeze that comes too late revives nothing. At most two are held.
--
-- called by  grant_streak_freeze, buy_streak_freeze
-- requires   ensure_user_stats, local_date, streak_as_of
-- errors     PA404 no such person · PA409 two are held
create or replace function add_streak_freeze(
    p_user_id uuid,
    p_as_of timestamptz,
    out streak_freezes integer,
    out current_streak integer
)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_stats user_stats;
begin
    perform ensure_user_stats(p_user_id => p_user_id);

    select s.* into v_stats from user_stats as s where s.user_id = p_user_id for update;

    if v_stats.streak_freezes >= 2 then
        raise exception 'two freezes are held already'
            using errcode = 'PA409',
                detail = format('user = %s, freezes = %s', p_user_id, v_stats.streak_freezes),
                hint = 'Offer one again when one has been used.';
    end if;

    update user_stats as s
    set
        current_streak = coalesce(
            streak_as_of(
                p_current_streak => s.current_streak,
                p_last_streak_date => s.last_streak_date,
                p_streak_freezes => s.streak_freezes,
                p_today => local_date(p_user_id => s.user_id, p_at => p_as_of)
            ),
            0
        ),
        streak_freezes = s.streak_freezes + 1
    where s.user_id = p_user_id
    returning s.streak_freezes, s.current_streak into streak_freezes, current_streak;
end;
$$;

comment on function add_streak_freeze is 'Internal: gives a person a streak freeze; the freezes held and the streak.';
-- Granted to nobody: it is part of procedures.
revoke all on function add_streak_freeze from public;
