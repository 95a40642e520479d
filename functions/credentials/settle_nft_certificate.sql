-- settle_nft_certificate: the token of a certificate follows its transaction.
--
-- called by  advance_chain_transaction, which holds the transaction
-- requires   nft_status
-- errors     none
create or replace function settle_nft_certificate(
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
    v_status text := nft_status(p_status);
begin
    update nft_certificates as n
    set
        status = v_status,
        minted_at = case when v_status = 'minted' then coalesce(n.minted_at, v_now) end
    where n.transaction_id = p_transaction_id and n.status <> v_status;
end;
$$;

comment on function settle_nft_certificate is 'Internal: the token of a certificate follows its transaction.';
-- Granted to nobody: a helper of procedures.
revoke all on function settle_nft_certificate from public;
