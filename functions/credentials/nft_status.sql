-- nft_status: what the state of a transaction on the chain means for the token that it mints.
--
-- called by  settle_nft_certificate, credential_findings
-- errors     none
create or replace function nft_status(
    p_status text
)
returns text
language sql
immutable
security invoker
begin atomic
    select case when p_status in ('confirmed', 'final') then 'minted' else p_status end;
end;

comment on function nft_status is 'Internal: the state of a token whose transaction is in this state.';
-- Granted to nobody: a helper of procedures.
revoke all on function nft_status from public;
