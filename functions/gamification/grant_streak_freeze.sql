-- grant_streak_freeze: give a person a freeze, which will bridge one missed day of their streak.
--
-- The streak is settled first: a freeze that comes too late revives nothing. At most two are held.
--
-- called by  back-end jobs; who buys one for coins calls buy_streak_freeze
-- requires   require_service, require_moment, claim_idempotency_key, store_reply, add_streak_freeze
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

    select f.streak_freezes, f.current_streak
    into streak_freezes, current_streak
    from add_streak_freeze(p_user_id => p_user_id, p_as_of => v_as_of) as f;

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
