-- confirm_blockchain_coins: the blockchain has confirmed a deposit or a withdrawal. A deposit is paid out now.
--
-- Again changes nothing. What has failed stays failed.
--
-- called by  back-end jobs
-- requires   require_service, coin_chain_hash, pending_coins, post_coins, school_coin_account
-- errors     PA403 not the service · PA404 no such entry · PA409 it has failed, another hash, the hash is another entry's ·
--            PA422 no hash, or a malformed one
create or replace function confirm_blockchain_coins(
    p_transaction_id uuid,
    p_blockchain_tx_hash text default null
)
returns table (status text, balance bigint)
language plpgsql
volatile
security definer -- writes the ledger of coins, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_hash text := coin_chain_hash(p_hash => p_blockchain_tx_hash);
    v_now timestamptz := now();
    v_transaction coin_transactions;
begin
    perform require_service();

    v_transaction := pending_coins(p_transaction_id => p_transaction_id);

    if v_transaction.status = 'failed' or v_hash <> v_transaction.blockchain_tx_hash then
        raise exception 'this entry cannot be confirmed so'
            using errcode = 'PA409',
                detail = format(
                    'transaction = %s, status = %s, hash = %s', p_transaction_id, v_transaction.status,
                    coalesce(v_transaction.blockchain_tx_hash, 'none')
                ),
                hint = 'A failed entry is made anew; a hash does not change.';
    end if;

    if v_transaction.status = 'pending' then
        v_hash := coalesce(v_transaction.blockchain_tx_hash, v_hash);

        if v_hash is null then
            raise exception 'a confirmation needs the hash'
                using errcode = 'PA422', detail = format('transaction = %s', p_transaction_id),
                    hint = 'Pass the hash of the transaction on the blockchain.';
        end if;

        if exists (
            select from coin_transactions as t
            where t.blockchain_tx_hash = v_hash and t.status <> 'failed' and t.id <> p_transaction_id
        ) then
            raise exception 'this transaction of the blockchain is another entry''s'
                using errcode = 'PA409', detail = format('hash = %s', v_hash), hint = 'Look the hash up again.';
        end if;

        update coin_transactions as t
        set status = 'confirmed', blockchain_tx_hash = v_hash, settled_at = v_now
        where t.id = p_transaction_id;

        if v_transaction.transaction_type = 'deposit' then
            perform post_coins(
                p_transaction_id => p_transaction_id,
                p_from => school_coin_account('issuance'),
                p_to => v_transaction.user_id,
                p_amount => v_transaction.amount
            );
        end if;
    end if;

    return query
    select 'confirmed', coalesce((select a.balance from coin_accounts as a where a.id = v_transaction.user_id), 0);
end;
$$;

comment on function confirm_blockchain_coins is 'Confirms a pending deposit or withdrawal, once; returns the balance.';
revoke all on function confirm_blockchain_coins from public;
grant execute on function confirm_blockchain_coins to pgacademy_service;
