-- settle_faucet_request: a request of the faucet follows its transaction.
--
-- called by  advance_chain_transaction, which holds the transaction
-- requires   faucet_status
-- errors     none
create or replace function settle_faucet_request(
    p_transaction_id uuid,
    p_status text
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_status text := faucet_status(p_status);
begin
    update faucet_requests as r
    set
        status = v_status,
        completed_at = case when v_status = 'completed' then coalesce(r.completed_at, v_now) end
    where r.transaction_id = p_transaction_id and r.status <> v_status;
end;
$$;

comment on function settle_faucet_request is 'Internal: a request of the faucet follows its transaction.';
-- Granted to nobody: a helper of procedures.
revoke all on function settle_faucet_request from public;
