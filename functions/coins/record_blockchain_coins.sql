-- record_blockchain_coins: enters coins that are on their way in (deposit) or out (withdrawal) over a blockchain.
--
-- A deposit gives nothing until it is confirmed. A withdrawal takes the coins at once, so that they are not spent twice
-- while the chain works; should it fail, they come back. A deposit names its hash, a withdrawal may get it when it is confirmed.
--
-- called by  back-end jobs
-- requires   require_service, claim_idempotency_key, store_reply, post_coins, coin_chain_hash, school_coin_account
-- errors     PA403 not the service · PA404 no such person · PA409 not enough coins, the hash is entered already, key used
--            for another request · PA422 no key, unknown type, amount or hash out of range, description too long
create or replace function record_blockchain_coins(
    p_user_id uuid,
    p_transaction_type text,
    p_amount bigint,
    p_idempotency_key text,
    p_blockchain_tx_hash text default null,
    p_description text default null
)
returns table (transaction_id uuid, status text, balance bigint)
language plpgsql
volatile
security definer -- writes the ledger of coins, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_hash text := coin_chain_hash(p_hash => p_blockchain_tx_hash);
    v_reply jsonb;
begin
    perform require_service();

    if p_idempotency_key is null
        or p_transaction_type is null or p_transaction_type not in ('deposit', 'withdrawal')
        or p_amount is null or p_amount not between 1 and 1000000000
        or length(p_description) > 500
        or (p_transaction_type = 'deposit' and v_hash is null)
    then
        raise exception 'this is no entry of a blockchain'
            using errcode = 'PA422',
                detail = format(
                    'type = %s, amount = %s, hash = %s, key = %s', coalesce(left(p_transaction_type, 20), 'null'),
                    coalesce(p_amount::text, 'null'), coalesce(v_hash, 'null'), (p_idempotency_key is not null)
                ),
                hint = 'Pass deposit, with its hash, or withdrawal; 1 to 1000000000 coins; a key; at most 500 characters.';
    end if;

    v_reply := claim_idempotency_key(
        p_actor => 'service',
        p_procedure => 'record_blockchain_coins',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'user_id', p_user_id, 'type', p_transaction_type, 'amount', p_amount, 'hash', v_hash,
            'description', p_description
        )
    );

    if v_reply is not null then
        return query
        select (v_reply ->> 'transaction_id')::uuid, v_reply ->> 'status', (v_reply ->> 'balance')::bigint;
        return;
    end if;

    if not exists (select from users as u where u.id = p_user_id and u.deleted_at is null) then
        raise exception 'no such person'
            using errcode = 'PA404',
                detail = format('user = %s', coalesce(p_user_id::text, 'null')),
                hint = 'Pass the id of a living person.';
    end if;

    insert into coin_transactions
    (user_id, transaction_type, amount, description, status, blockchain_tx_hash, settled_at)
    values (p_user_id, p_transaction_type, p_amount, p_description, 'pending', v_hash, null)
    on conflict do nothing
    returning id, status into transaction_id, status;

    if not found then
        raise exception 'this transaction of the blockchain is entered already'
            using errcode = 'PA409', detail = format('hash = %s', v_hash),
                hint = 'Repeat a call with the key it had.';
    end if;

    if p_transaction_type = 'withdrawal' then
        perform post_coins(
            p_transaction_id => transaction_id,
            p_from => p_user_id,
            p_to => school_coin_account('sink'),
            p_amount => p_amount
        );
    end if;

    balance := coalesce((select a.balance from coin_accounts as a where a.id = p_user_id), 0);

    perform store_reply(
        p_actor => 'service',
        p_procedure => 'record_blockchain_coins',
        p_key => p_idempotency_key,
        p_reply => jsonb_build_object('transaction_id', transaction_id, 'status', status, 'balance', balance)
    );

    return next;
end;
$$;

comment on function record_blockchain_coins is 'Enters a pending deposit or withdrawal of coins over a blockchain, once per key.';
revoke all on function record_blockchain_coins from public;
grant execute on function record_blockchain_coins to pgacademy_service;
