-- coin_chain_hash: the one spelling of a transaction's hash, so that one deposit is not entered as two.
--
-- Hex digits are written in lower case, 64 of them with 0x before, as EVM chains do. What is written as Hedera names its
-- transactions is brought into that one spelling.
--
-- called by  record_blockchain_coins, confirm_blockchain_coins
-- requires   chain_tx_id
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
    if p_hash ~ '^[0-9A-Fa-f]{64}$' then
        p_hash := '0x' || lower(p_hash);
    elsif p_hash ~ '^(0[xX]|[0-9A-Fa-f]{65,}$)' then
        p_hash := lower(p_hash);
    elsif p_hash ~ '^[0-9.]+[@-][0-9]+[.-][0-9]{1,9}$' then
        p_hash := chain_tx_id(p_chain => 'hedera', p_tx_id => p_hash);
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
