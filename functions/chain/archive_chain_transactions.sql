-- archive_chain_transactions: archives transactions that were settled before p_before; their sums stay in chain_totals.
--
-- What minted a certificate stays with it. A faucet's goes with its request, see archive_faucet_requests. Accounts, which are
-- somebody's, do not go into the archive.
--
-- called by  apply_retention
-- requires   retire_chain_transactions
-- errors     none
create or replace function archive_chain_transactions(
    p_before timestamptz,
    p_limit integer
)
returns bigint
language sql
volatile
security invoker
set search_path from current
as $$
    select retire_chain_transactions(array(
        select t.id
        from chain_transactions as t
        where
            t.settled_at < p_before
            and t.tx_type <> 'faucet'
            and not exists (select from nft_certificates as n where n.transaction_id = t.id)
        order by t.settled_at
        limit p_limit
        for update skip locked
    ));
$$;

comment on function archive_chain_transactions is 'Internal: archives settled transactions; returns how many.';
-- Granted to nobody: retention calls it.
revoke all on function archive_chain_transactions from public;
