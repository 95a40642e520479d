-- reverse_coins: take back a reward, transfer, purchase or deposit, once.
--
-- The ledger is never changed: a transaction the other way is added. Whoever must give back has to have the coins still:
-- no balance goes below zero. coins_earned loses what a reward had added; achievements stay, and what was bought stays
-- too. Its source does not pay again. Reversing the same transaction again changes nothing.
--
-- called by  back-end jobs
-- requires   require_service, reverse_posted_coins, write_audit
-- errors     PA403 not the service · PA404 no such transaction · PA409 a reversal or withdrawal, not confirmed, the coins
--            are spent · PA422 no reason
create or replace function reverse_coins(
    p_transaction_id uuid,
    p_reason text
)
returns table (is_new boolean, balance bigint)
language plpgsql
volatile
security definer -- writes the ledger of coins, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_transaction coin_transactions;
begin
    perform require_service();

    if p_reason is null or length(p_reason) not between 1 and 500 then
        raise exception 'a reversal needs a reason'
            using errcode = 'PA422',
                detail = format('reason = %s characters', coalesce(length(p_reason)::text, 'no')),
                hint = 'Say in 1 to 500 characters why the coins are taken back.';
    end if;

    select t.* into v_transaction from coin_transactions as t where t.id = p_transaction_id;

    if not found then
        raise exception 'no such transaction'
            using errcode = 'PA404',
                detail = format('transaction = %s', coalesce(p_transaction_id::text, 'null')),
                hint = 'Pass the id of a row of coin_transactions.';
    end if;

    perform write_audit(
        p_action => 'coins.reverse_coins', p_entity_type => 'coin_transactions', p_entity_id => p_transaction_id::text
    );

    if v_transaction.transaction_type in ('reversal', 'withdrawal') or v_transaction.status <> 'confirmed' then
        raise exception 'this cannot be reversed'
            using errcode = 'PA409',
                detail = format(
                    'transaction = %s, type = %s, status = %s', p_transaction_id, v_transaction.transaction_type,
                    v_transaction.status
                ),
                hint = 'A pending entry fails instead; what left the school, or was taken back, is gone.';
    end if;

    is_new := reverse_posted_coins(p_transaction => v_transaction, p_reason => p_reason);
    balance := coalesce((select a.balance from coin_accounts as a where a.id = v_transaction.user_id), 0);

    return next;
end;
$$;

comment on function reverse_coins is 'Takes back a movement of coins by one the other way, once; returns the balance.';
revoke all on function reverse_coins from public;
grant execute on function reverse_coins to pgacademy_service;
