-- setting: the value of one operator setting, or null if this school has no such setting.
--
-- In PL/pgSQL, which keeps its plan: an SQL function of this kind is planned with every call before PostgreSQL 18.
--
-- called by  every procedure whose behaviour an operator may change
--            (request_faucet, record_completion, grant_certificates, ...)
-- errors     none
create or replace function setting(
    p_key text
)
returns jsonb
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return (select s.setting_value from platform_settings as s where s.setting_key = p_key);
end;
$$;

comment on function setting is 'The value of one operator setting, null if there is none.';
-- Granted to nobody: it is read inside procedures, administrators read the table.
revoke all on function setting from public;
