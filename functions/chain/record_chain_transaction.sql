-- record_chain_transaction: writes down a transaction that is to be sent to a chain, or has been.
--
-- Written down first, sent afterwards: whoever crashes in between finds it with open_chain_transactions(). With a tx_id it
-- is submitted at once, without one pending.
--
-- called by  back-end jobs
-- requires   require_service, claim_idempotency_key, store_reply, chain_tx_id, is_chain_account, is_chain_amount
-- errors     PA403 not the service · PA404 no such person, course or achievement · PA409 the chain's transaction is entered
--            already, key used for another request · PA422 no key, unknown chain, network or type, account, amount or tx_id
--            that the chain does not have
create or replace function record_chain_transaction(
    p_chain text,
    p_network text,
    p_tx_type text,
    p_idempotency_key text,
    p_user_id uuid default null,
    p_amount numeric default 0,
    p_from_account text default null,
    p_to_account text default null,
    p_course_id uuid default null,
    p_achievement_id uuid default null,
    p_tx_id text default null
)
returns table (transaction_id uuid, status text)
language plpgsql
volatile
security definer -- writes chain_transactions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_reply jsonb;
    v_tx_id text;
begin
    perform require_service();

    if p_idempotency_key is null
        or p_chain is null or p_chain not in ('solana', 'evm', 'hedera')
        or p_network is null or p_network !~ '^[a-z][a-z0-9-]{0,39}$'
        -- A request of the faucet has limits: request_faucet() is its only way in.
        or p_tx_type is null
        or p_tx_type not in ('transfer', 'nft_mint', 'nft_transfer', 'token', 'contract', 'message')
    then
        raise exception 'this is no transaction of a blockchain'
            using errcode = 'PA422',
                detail = format(
                    'chain = %s, network = %s, type = %s, key = %s', coalesce(left(p_chain, 20), 'null'),
                    coalesce(left(p_network, 40), 'null'), coalesce(left(p_tx_type, 20), 'null'),
                    (p_idempotency_key is not null)
                ),
                hint = 'Chains are solana, evm, hedera; types transfer, nft_mint, nft_transfer, token, contract, message.';
    end if;

    if is_chain_amount(p_chain => p_chain, p_amount => p_amount) is not true
        or is_chain_account(p_chain => p_chain, p_account => p_from_account) is false
        or is_chain_account(p_chain => p_chain, p_account => p_to_account) is false
    then
        raise exception 'the chain has no such account or amount'
            using errcode = 'PA422',
                detail = format(
                    'amount = %s, from = %s, to = %s', coalesce(left(p_amount::text, 60), 'null'),
                    coalesce(left(p_from_account, 60), 'null'), coalesce(left(p_to_account, 60), 'null')
                ),
                hint = 'Amounts are not negative and have the decimals of the chain''s coin; accounts its one spelling.';
    end if;

    v_tx_id := chain_tx_id(p_chain => p_chain, p_tx_id => p_tx_id);

    v_reply := claim_idempotency_key(
        p_actor => 'service',
        p_procedure => 'record_chain_transaction',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'chain', p_chain, 'network', p_network, 'type', p_tx_type, 'user_id', p_user_id,
            'amount', trim_scale(p_amount), 'from', p_from_account, 'to', p_to_account, 'course_id', p_course_id,
            'achievement_id', p_achievement_id, 'tx_id', v_tx_id
        )
    );

    if v_reply is not null then
        return query
        select (v_reply ->> 'transaction_id')::uuid, v_reply ->> 'status';
        return;
    end if;

    if (p_user_id is not null and not exists (select from users as u where u.id = p_user_id and u.deleted_at is null))
        or (p_course_id is not null and not exists (select from courses as c where c.id = p_course_id))
        or (p_achievement_id is not null and not exists (select from achievements as a where a.id = p_achievement_id))
    then
        raise exception 'no such person, course or achievement'
            using errcode = 'PA404',
                detail = format(
                    'user = %s, course = %s, achievement = %s', coalesce(p_user_id::text, 'none'),
                    coalesce(p_course_id::text, 'none'), coalesce(p_achievement_id::text, 'none')
                ),
                hint = 'Pass ids that are there, or null.';
    end if;

    insert into chain_transactions
    (
        user_id, chain, network, tx_type, status, tx_id, amount, from_account, to_account, course_id, achievement_id,
        submitted_at
    )
    values
    (
        p_user_id, p_chain, p_network, p_tx_type, case when v_tx_id is null then 'pending' else 'submitted' end, v_tx_id,
        trim_scale(p_amount), p_from_account, p_to_account, p_course_id, p_achievement_id,
        case when v_tx_id is not null then v_now end
    )
    on conflict do nothing
    returning id, status into transaction_id, status;

    if not found then
        raise exception 'this transaction of the chain is entered already'
            using errcode = 'PA409', detail = format('tx_id = %s', v_tx_id), hint = 'Repeat a call with the key it had.';
    end if;

    perform store_reply(
        p_actor => 'service',
        p_procedure => 'record_chain_transaction',
        p_key => p_idempotency_key,
        p_reply => jsonb_build_object('transaction_id', transaction_id, 'status', status)
    );

    return next;
end;
$$;

comment on function record_chain_transaction is 'Writes down a transaction on a blockchain, once per key.';
revoke all on function record_chain_transaction from public;
grant execute on function record_chain_transaction to pgacademy_service;
