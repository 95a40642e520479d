-- open_chain_transactions: what is still to be sent to a chain, or to be looked up there, the oldest first.
--
-- Reading claims nothing: who sends one claims it by entering its name, see advance_chain_transaction().
--
-- called by  back-end jobs
-- requires   require_service, require_limit
-- errors     PA403 not the service · PA422 limit not between 1 and 10000
create or replace function open_chain_transactions(
    p_limit integer default 100
)
returns table (
    transaction_id uuid, user_id uuid, chain text, network text, tx_type text, status text, tx_id text, amount numeric,
    from_account text, to_account text, created_at timestamptz
)
language plpgsql
stable
security definer -- reads chain_transactions, on which the service has no privilege
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    perform require_limit(p_limit => p_limit, p_max => 10000);

    return query
    select
        t.id, t.user_id, t.chain, t.network, t.tx_type, t.status, t.tx_id, t.amount, t.from_account, t.to_account,
        t.created_at
    from chain_transactions as t
    where t.status in ('pending', 'submitted', 'confirmed')
    order by t.created_at, t.id
    limit p_limit;
end;
$$;

comment on function open_chain_transactions is 'Transactions that are neither final nor failed, the oldest first.';
revoke all on function open_chain_transactions from public;
grant execute on function open_chain_transactions to pgacademy_service;
