-- check_coin_reward: how many coins may be promised for one lesson, course or exercise. Null is not looked at.
--
-- Unlike XP, administrators are held to it too: it is what will be paid. They move the setting.
--
-- called by  create_course, update_course, add_lesson, update_lesson, create_exercise, update_exercise
-- requires   coin_ceiling
-- errors     PA422 more than the setting allows
create or replace function check_coin_reward(
    p_coin_reward integer,
    p_of text
)
returns void
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if p_coin_reward > coin_ceiling(p_of => p_of) then
        raise exception 'a % does not pay so many coins', p_of
            using errcode = 'PA422',
                detail = format('coin_reward = %s, coins.%s_max = %s', p_coin_reward, p_of, coin_ceiling(p_of => p_of)),
                hint = 'Name at most that; an administrator can raise the setting.';
    end if;
end;
$$;

comment on function check_coin_reward is 'Internal: refuses more coins for a lesson, course or exercise than it would pay.';
-- Granted to nobody: part of procedures.
revoke all on function check_coin_reward from public;
