-- chain_findings: what is wrong with the records of blockchains.
--
-- called by  verify_integrity
-- requires   faucet_status
-- errors     none
create or replace function chain_findings()
returns table (check_name text, table_name text, row_id text, expected text, actual text)
language sql
stable
security invoker
set search_path from current
as $$
    select 'faucet_requests.status', 'faucet_requests', r.id::text, faucet_status(t.status), r.status
    from faucet_requests as r
    inner join chain_transactions as t on t.id = r.transaction_id
    where faucet_status(t.status) <> r.status
    union all
    -- What is paid is what was asked for.
    select
        'faucet_requests.transaction_id', 'faucet_requests', r.id::text,
        concat_ws(' ', 'faucet', r.user_id, r.hedera_account_id, trim_scale(r.amount_hbar)),
        concat_ws(' ', t.tx_type, t.user_id, t.to_account, trim_scale(t.amount))
    from faucet_requests as r
    inner join chain_transactions as t on t.id = r.transaction_id
    where
        (t.tx_type, t.user_id, t.to_account, t.amount)
        is distinct from ('faucet', r.user_id, r.hedera_account_id, r.amount_hbar)
    union all
    select 'chain_transactions.faucet', 'chain_transactions', t.id::text, 'a request', 'none'
    from chain_transactions as t
    where t.tx_type = 'faucet' and not exists (select from faucet_requests as r where r.transaction_id = t.id);
$$;

comment on function chain_findings is 'Internal: what verify_integrity says of transactions on blockchains and the faucet.';
-- Granted to nobody: it reads other people's rows.
revoke all on function chain_findings from public;
