-- audit_seal_hash: the hash of a seal: over all that it says, and with it the hash of its partition's seal before it.
--
-- called by  seal_audit_logs, verify_audit_seals
-- errors     none
create or replace function audit_seal_hash(p_seal audit_seals)
returns bytea
language plpgsql
immutable
parallel safe
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return sha256(convert_to(
        jsonb_build_array(
            p_seal.seal_number, p_seal.partition_name, p_seal.after_log_number, p_seal.up_to_log_number,
            p_seal.row_count, encode(p_seal.rows_hash, 'hex'), encode(p_seal.previous_hash, 'hex'),
            (extract(epoch from p_seal.sealed_at) * 1000000)::bigint
        )::text,
        'UTF8'
    ));
end;
$$;

comment on function audit_seal_hash is 'Internal: the hash over what a seal of the audit trail says.';
-- Granted to nobody: part of sealing.
revoke all on function audit_seal_hash from public;
