-- coin_chain_hash: the one spelling of a transaction's hash. EVM hashes are 0x and 64 hex digits, in any case.
--
-- called by  record_blockchain_coins, confirm_blockchain_coins
-- errors     PA422 no hash of any chain
create or replace function coin_chain_hash(
    p_hash text
)
returns text
language plpgsql
immutable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if p_hash ~ '^0[xX]' then
        p_hash := lower(p_hash);
    end if;

    if p_hash !~ '^0x[0-9a-f]{64}$' and (p_hash ~ '^0x' or p_hash !~ '^[0-9A-Za-z@._-]{1,100}$') then
        raise exception 'this is not the hash of a transaction'
            using errcode = 'PA422', detail = format('hash = %s', left(p_hash, 110)),
                hint = 'Pass 0x and 64 hex digits, or what another chain calls its transactions.';
    end if;

    return p_hash;
end;
$$;

comment on function coin_chain_hash is 'Internal: the one spelling of a blockchain transaction''s hash.';
-- Granted to nobody: a helper of procedures.
revoke all on function coin_chain_hash from public;
