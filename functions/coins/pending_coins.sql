-- pending_coins: locks a deposit or withdrawal that is to be settled, and returns it.
--
-- called by  confirm_blockchain_coins, fail_blockchain_coins
-- errors     PA404 no such entry
create or replace function pending_coins(
    p_transaction_id uuid
)
returns coin_transactions
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_transaction coin_transactions;
begin
    select t.*
    into v_transaction
    from coin_transactions as t
    where t.id = p_transaction_id and t.transaction_type in ('deposit', 'withdrawal')
    for update;

    if not found then
        raise exception 'no such entry of a blockchain'
            using errcode = 'PA404',
                detail = format('transaction = %s', coalesce(p_transaction_id::text, 'null')),
                hint = 'Pass the id that record_blockchain_coins returned.';
    end if;

    return v_transaction;
end;
$$;

comment on function pending_coins is 'Internal: locks a deposit or withdrawal that is to be settled.';
-- Granted to nobody: a helper of procedures.
revoke all on function pending_coins from public;
