-- grant_streak_freeze: give a person a freeze, which will bridge one missed day of their streak.
--
-- The streak is settled first: a freeze that comes too late revives nothing. At most two are held.
--
-- called by  back-end jobs, shops
-- requires   require_service, require_moment, claim_idempotency_key, store_reply, ensure_user_stats, local_date,
--            streak_as_of
-- errors     PA403 not the service · PA404 no such person · PA409 two are held, or the key was used for
--            another request · PA422 a time in the future, a malformed key
create or replace function grant_streak_freeze(
    p_user_id uuid,
    p_key text default null,
    p_as_of timestamptz default null
)
returns table (streak_freezes integer, current_streak integer)
language plpgsql
volatile
security definer -- writes user_stats, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_as_of timestamptz := require_moment(p_at => p_as_of);
    v_reply jsonb;
    v_stats user_stats;
begin
    perform require_service();

    v_reply := claim_idempotency_key(
        p_actor => 'service',
        p_procedure => 'grant_streak_freeze',
        p_key => p_key,
        p_request => jsonb_build_object('user_id', p_user_id, 'as_of', p_as_of)
    );

    if v_reply is not null then
        return query
        select (v_reply ->> 'streak_freezes')::integer, (v_reply ->> 'current_streak')::integer;
        return;
    end if;

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
                p_today => local_date(p_user_id => s.user_id, p_at => v_as_of)
            ),
            0
        ),
        streak_freezes = s.streak_freezes + 1
    where s.user_id = p_user_id
    returning s.streak_freezes, s.current_streak into streak_freezes, current_streak;

    perform store_reply(
        p_actor => 'service',
        p_procedure => 'grant_streak_freeze',
        p_key => p_key,
        p_reply => jsonb_build_object('streak_freezes', streak_freezes, 'current_streak', current_streak)
    );

    return next;
end;
$$;

comment on function grant_streak_freeze is 'Gives a person a streak freeze; returns the freezes held and the streak.';
revoke all on function grant_streak_freeze from public;
grant execute on function grant_streak_freeze to pgacademy_service;
