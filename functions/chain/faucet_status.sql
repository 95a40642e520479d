-- faucet_status: what the state of a transaction on the chain means for the request of the faucet that it pays.
--
-- called by  settle_faucet_request, chain_findings
-- errors     none
create or replace function faucet_status(
    p_status text
)
returns text
language sql
immutable
security invoker
begin atomic
    select case when p_status in ('confirmed', 'final') then 'completed' else p_status end;
end;

comment on function faucet_status is 'Internal: the state of a faucet request whose transaction is in this state.';
-- Granted to nobody: a helper of procedures.
revoke all on function faucet_status from public;
