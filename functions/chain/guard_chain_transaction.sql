-- guard_chain_transaction: what was written down about a chain stays: only its state and what is learned with it change, and
-- only until it is final or failed. The accounts of a person who was erased go, and it leaves by retention, once it was kept
-- long enough.
--
-- called by  before-update and before-delete row triggers of chain_transactions
-- requires   only_blanks, retention_cutoff
-- errors     PA409 anything else
create or replace function guard_chain_transaction()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_learned constant text[] := array[
        'status', 'tx_id', 'consensus_timestamp', 'hashscan_url', 'fee', 'failure_reason', 'submitted_at', 'settled_at',
        'updated_at'
    ];
begin
    if tg_op = 'UPDATE' and old.status not in ('final', 'failed')
        and new.tx_id is not distinct from coalesce(old.tx_id, new.tx_id)
        and (to_jsonb(new) - v_learned) = (to_jsonb(old) - v_learned)
    then
        return new;
    end if;

    if tg_op = 'DELETE' and old.settled_at < retention_cutoff(
        p_subject => case old.tx_type when 'faucet' then 'faucet_requests' else 'chain_transactions' end, p_as_of => now()
    ) then
        return old;
    end if;

    if tg_op = 'UPDATE' and only_blanks(
        p_table_name => 'chain_transactions', p_user_id => old.user_id, p_old => to_jsonb(old), p_new => to_jsonb(new)
    ) then
        return new;
    end if;

    raise exception 'a transaction of a blockchain is never changed'
        using errcode = 'PA409',
            detail = format('command = %s, transaction = %s, status = %s', lower(tg_op), old.id, old.status),
            hint = 'Move it on with advance_chain_transaction; record another; apply_retention archives old ones.';
end;
$$;

comment on function guard_chain_transaction is 'Trigger: refuses to change a transaction other than by moving it on.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function guard_chain_transaction from public;
