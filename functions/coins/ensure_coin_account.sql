-- ensure_coin_account: makes the account of a person who has none yet.
--
-- Every registration makes one, through the trigger on users; this is for people who came in between, and for repairs.
--
-- called by  create_user_rows, post_coins
-- errors     none of its own; 23503 no such person
create or replace function ensure_coin_account(
    p_user_id uuid
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    insert into coin_accounts (id, user_id, balance)
    values (p_user_id, p_user_id, 0)
    on conflict (id) do nothing;
end;
$$;

comment on function ensure_coin_account is 'Makes a person''s coin account if there is none.';
-- Granted to nobody: a helper of procedures.
revoke all on function ensure_coin_account from public;
