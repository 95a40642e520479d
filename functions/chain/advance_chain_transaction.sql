-- advance_chain_transaction: what a job has learned of a transaction: it was sent (submitted), is in a block (confirmed),
-- can no longer be undone (final), or came to nothing (failed).
--
-- The state machine of chain_transactions, all of it: forward only, states may be skipped, final and failed are the end;
-- what was confirmed may still fail, when a chain drops a block. The same again changes nothing. What hangs on it, a request
-- of the faucet or a token, moves with it in the same transaction.
--
-- Who sends it takes the name it will have on the chain first, enters it here as submitted, and sends it then: of two
-- workers one is refused, and the chain takes a transaction of one name once. So nothing is paid twice, whoever crashes when.
--
-- called by  back-end jobs
-- requires   require_service, chain_tx_id, is_chain_amount, require_moment, settle_faucet_request, settle_nft_certificate
-- errors     PA403 not the service · PA404 no such transaction · PA409 it cannot go there from where it is, it has another
--            name, the name is another's · PA422 unknown state, no name, no time of consensus, bad fee, no reason
create or replace function advance_chain_transaction(
    p_transaction_id uuid,
    p_status text,
    p_tx_id text default null,
    p_consensus_timestamp timestamptz default null,
    p_fee numeric default null,
    p_failure_reason text default null
)
returns table (status text, is_new boolean)
language plpgsql
volatile
security definer -- writes chain_transactions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_old chain_transactions;
    v_tx_id text;
    v_consensus_timestamp timestamptz;
begin
    perform require_service();

    select t.* into v_old from chain_transactions as t where t.id = p_transaction_id for update;

    if not found then
        raise exception 'no such transaction'
            using errcode = 'PA404', detail = format('transaction = %s', coalesce(p_transaction_id::text, 'null')),
                hint = 'Pass the id that it was recorded under.';
    end if;

    v_tx_id := coalesce(chain_tx_id(p_chain => v_old.chain, p_tx_id => p_tx_id), v_old.tx_id);
    v_consensus_timestamp := case
        when p_consensus_timestamp is not null then require_moment(p_at => p_consensus_timestamp)
        else v_old.consensus_timestamp
    end;

    if p_status is null or p_status not in ('submitted', 'confirmed', 'final', 'failed')
        or (p_status <> 'failed' and v_tx_id is null)
        or (p_status in ('confirmed', 'final')) > (v_consensus_timestamp is not null)
        or (p_status = 'submitted' and p_consensus_timestamp is not null)
        or (v_consensus_timestamp is not null and v_tx_id is null)
        or (p_status = 'failed') <> (p_failure_reason is not null)
        or length(p_failure_reason) not between 1 and 500
        or is_chain_amount(p_chain => v_old.chain, p_amount => p_fee) is false
    then
        raise exception 'this is no state of a transaction'
            using errcode = 'PA422',
                detail = format(
                    'status = %s, tx_id = %s, consensus = %s, fee = %s, reason = %s characters',
                    coalesce(left(p_status, 20), 'null'), coalesce(v_tx_id, 'none'),
                    coalesce(v_consensus_timestamp::text, 'none'), coalesce(left(p_fee::text, 60), 'none'),
                    coalesce(length(p_failure_reason)::text, 'no')
                ),
                hint = 'submitted needs a tx_id; confirmed and final a consensus_timestamp too; failed, and it alone, a '
                || 'reason of 1 to 500 characters.';
    end if;

    if v_tx_id <> v_old.tx_id
        or p_fee <> v_old.fee
        or p_consensus_timestamp <> v_old.consensus_timestamp
        or (
            p_status <> v_old.status
            and p_status <> all(case v_old.status
                when 'pending' then array['submitted', 'confirmed', 'final', 'failed']
                when 'submitted' then array['confirmed', 'final', 'failed']
                when 'confirmed' then array['final', 'failed']
                else '{}'
            end)
        )
    then
        raise exception 'this transaction cannot become that'
            using errcode = 'PA409',
                detail = format(
                    'transaction = %s, status = %s, tx_id = %s, asked for = %s', p_transaction_id, v_old.status,
                    coalesce(v_old.tx_id, 'none'), p_status
                ),
                hint = 'States go forward; name, fee and time of consensus never change. What failed is recorded anew.';
    end if;

    status := p_status;
    is_new := p_status <> v_old.status;

    if not is_new then
        return next;
        return;
    end if;

    if v_old.tx_id is null and exists (
        select from chain_transactions as t
        where t.chain = v_old.chain and t.network = v_old.network and t.tx_id = v_tx_id
    ) then
        raise exception 'this name on the chain is another transaction''s'
            using errcode = 'PA409', detail = format('tx_id = %s', v_tx_id), hint = 'Look it up again.';
    end if;

    update chain_transactions as t
    set
        status = p_status,
        tx_id = v_tx_id,
        consensus_timestamp = v_consensus_timestamp,
        fee = coalesce(t.fee, trim_scale(p_fee)),
        failure_reason = p_failure_reason,
        submitted_at = coalesce(t.submitted_at, case when v_tx_id is not null then v_now end),
        settled_at = case when p_status in ('final', 'failed') then v_now end
    where t.id = p_transaction_id;

    if v_old.tx_type = 'faucet' then
        perform settle_faucet_request(p_transaction_id => p_transaction_id, p_status => p_status);
    elsif v_old.tx_type = 'nft_mint' then
        perform settle_nft_certificate(p_transaction_id => p_transaction_id, p_status => p_status);
    end if;

    return next;
end;
$$;

comment on function advance_chain_transaction is 'Moves a transaction on a blockchain to its next state, once; and what hangs on it.';
revoke all on function advance_chain_transaction from public;
grant execute on function advance_chain_transaction to pgacademy_service;
