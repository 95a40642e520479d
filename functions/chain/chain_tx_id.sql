-- chain_tx_id: the one spelling of what a chain calls a transaction, so that one transaction is not entered as two.
--
-- Hedera's is 0.0.5@1700000000.000000017: mirror nodes write it 0.0.5-1700000000-000000017, and some libraries leave out
-- the zeros. EVM hashes are written in lower case.
--
-- called by  record_chain_transaction, advance_chain_transaction, coin_chain_hash
-- requires   is_chain_tx_id
-- errors     PA422 no transaction of this chain
create or replace function chain_tx_id(
    p_chain text,
    p_tx_id text
)
returns text
language plpgsql
immutable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_tx_id text := p_tx_id;
    v_parts text[];
begin
    if p_tx_id is null then
        return null;
    end if;

    if p_chain = 'hedera' and length(p_tx_id) <= 100 then
        v_parts := regexp_match(p_tx_id, '^([0-9.]+)[@-]([0-9]+)[.-]([0-9]{1,9})([?/].*)?$');

        if v_parts is not null then
            v_tx_id := v_parts[1] || '@' || v_parts[2] || '.' || lpad(v_parts[3], 9, '0') || coalesce(v_parts[4], '');
        end if;
    elsif p_chain = 'evm' then
        v_tx_id := lower(p_tx_id);
    end if;

    if is_chain_tx_id(p_chain => p_chain, p_tx_id => v_tx_id) is not true then
        raise exception 'the chain has no such transactions'
            using errcode = 'PA422',
                detail = format('chain = %s, tx_id = %s', coalesce(left(p_chain, 20), 'null'), left(p_tx_id, 110)),
                hint = 'Pass 0.0.5@1700000000.000000017 for hedera, 0x and 64 hex digits for evm, the signature for solana.';
    end if;

    return v_tx_id;
end;
$$;

comment on function chain_tx_id is 'Internal: the one spelling of what a chain calls a transaction.';
-- Granted to nobody: a helper of procedures.
revoke all on function chain_tx_id from public;
