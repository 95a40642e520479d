-- guard_coin_transaction: a transaction is history. Only a pending one may still be settled, once. And what was
-- said of a person who was erased goes.
--
-- called by  before-update and before-delete row triggers of coin_transactions
-- requires   only_blanks
-- errors     PA409 anything else
create or replace function guard_coin_transaction()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if tg_op = 'UPDATE' and old.status = 'pending' and new.status <> 'pending'
        and (
            to_jsonb(new) - '{status,settled_at,failure_reason,blockchain_tx_hash,is_blockchain_confirmed}'::text[]
        ) = (
            to_jsonb(old) - '{status,settled_at,failure_reason,blockchain_tx_hash,is_blockchain_confirmed}'::text[]
        )
    then
        return new;
    end if;

    if tg_op = 'UPDATE' and only_blanks(
        p_table_name => 'coin_transactions', p_user_id => old.user_id, p_old => to_jsonb(old), p_new => to_jsonb(new)
    ) then
        return new;
    end if;

    raise exception 'a movement of coins is never changed'
        using errcode = 'PA409',
            detail = format('command = %s, transaction = %s, status = %s', lower(tg_op), old.id, old.status),
            hint = 'Take it back with reverse_coins; settle a pending one with confirm_ or fail_blockchain_coins.';
end;
$$;

comment on function guard_coin_transaction is 'Trigger: refuses to change a transaction other than by settling a pending one.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function guard_coin_transaction from public;
