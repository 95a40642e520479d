-- fail_blockchain_coins: a deposit or withdrawal came to nothing. What a withdrawal had taken comes back.
--
-- Again changes nothing. What the blockchain has confirmed stays confirmed.
--
-- called by  back-end jobs
-- requires   require_service, pending_coins, reverse_posted_coins
-- errors     PA403 not the service · PA404 no such entry · PA409 it is confirmed · PA422 no reason
create or replace function fail_blockchain_coins(
    p_transaction_id uuid,
    p_reason text
)
returns table (status text, balance bigint)
language plpgsql
volatile
security definer -- writes the ledger of coins, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_transaction coin_transactions;
begin
    perform require_service();

    if p_reason is null or length(p_reason) not between 1 and 500 then
        raise exception 'a failure needs a reason'
            using errcode = 'PA422',
                detail = format('reason = %s characters', coalesce(length(p_reason)::text, 'no')),
                hint = 'Say in 1 to 500 characters what went wrong.';
    end if;

    v_transaction := pending_coins(p_transaction_id => p_transaction_id);

    if v_transaction.status = 'confirmed' then
        raise exception 'what the blockchain has confirmed does not fail'
            using errcode = 'PA409', detail = format('transaction = %s', p_transaction_id),
                hint = 'Take a deposit back with reverse_coins.';
    end if;

    if v_transaction.status = 'pending' then
        update coin_transactions as t
        set status = 'failed', failure_reason = p_reason, settled_at = v_now
        where t.id = p_transaction_id;

        if v_transaction.transaction_type = 'withdrawal' then
            perform reverse_posted_coins(p_transaction => v_transaction, p_reason => p_reason);
        end if;
    end if;

    return query
    select 'failed', coalesce((select a.balance from coin_accounts as a where a.id = v_transaction.user_id), 0);
end;
$$;

comment on function fail_blockchain_coins is 'Ends a pending deposit or withdrawal that failed, once; returns the balance.';
revoke all on function fail_blockchain_coins from public;
grant execute on function fail_blockchain_coins to pgacademy_service;
