-- setting: the value of one operator setting, or null if this school has no such setting.
--
-- Bound when it is created and without a SET clause, so that the planner can inline it into the caller's query.
--
-- called by  every procedure whose behaviour an operator may change (award_xp, record_completion, refresh_leaderboard, ...)
-- errors     none
create or replace function setting(
    p_key text
)
returns jsonb
language sql
stable
security invoker
begin atomic
    select s.setting_value
    from platform_settings as s
    where s.setting_key = p_key;
end;

comment on function setting is 'The value of one operator setting, null if there is none.';
-- Granted to nobody: it is read inside procedures, administrators read the table.
revoke all on function setting from public;
