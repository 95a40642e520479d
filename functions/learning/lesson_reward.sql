-- lesson_reward: the XP and the coins that a lesson pays its learner; nothing for who teaches its course.
--
-- Inlined into the calling query; bound when it is created.
--
-- called by  apply_completion, apply_completions
-- requires   setting, coin_ceiling
-- errors     none
-- requires: setting
-- requires: coin_ceiling
create or replace function lesson_reward(
    p_lesson lessons,
    p_is_own boolean
)
returns table (xp integer, coins integer)
language sql
stable
security invoker
begin atomic
    select
        case
            when p_is_own then 0
            -- A query by itself: the setting is read once for all lessons that are asked for.
            else coalesce((p_lesson).completion_xp, (select setting(p_key => 'xp.lesson'))::integer, 50)
        end,
        case
            when p_is_own or (p_lesson).coin_reward <= 0 then 0
            else least((p_lesson).coin_reward, (select coin_ceiling(p_of => 'lesson')))
        end;
end;

comment on function lesson_reward is 'Internal: the XP and the coins that a lesson pays.';
-- Granted to nobody: part of procedures.
revoke all on function lesson_reward from public;
