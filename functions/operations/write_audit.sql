-- write_audit: adds one row to audit_logs. Who did it is not an argument.
--
-- The identity is the one the caller proved, whether or not the account is still usable: who shuts themselves out, or is
-- refused because they were, has done it all the same. Beside it stand the role and the login, which is all that there is
-- of jobs and of an owner at the keyboard.
--
-- The transaction takes its identifier before the row takes its number: see seal_audit_logs.
--
-- called by  audit_row, log_failure, and the procedures that audited_procedures() lists
-- requires   verified_identity, audit_context_id
-- errors     28000 from verified_identity
create or replace function write_audit(
    p_action text,
    p_entity_type text,
    p_entity_id text,
    p_old_values jsonb default null,
    p_new_values jsonb default null,
    p_error_code text default null
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_transaction_id constant xid8 := pg_current_xact_id();
    v_user_id constant uuid := verified_identity();
begin
    insert into audit_logs (
        user_id, acted_as, login, action, entity_type, entity_id, old_values, new_values, is_success, error_code,
        context_id
    )
    values (
        v_user_id, coalesce(nullif(current_setting('role'), 'none'), session_user), session_user, p_action,
        p_entity_type, p_entity_id, p_old_values, p_new_values, p_error_code is null, p_error_code,
        case
            when
                current_setting('pgacademy.ip_address', true) <> ''
                or current_setting('pgacademy.user_agent', true) <> ''
                or current_setting('pgacademy.request_id', true) <> ''
                or current_setting('pgacademy.session_id', true) <> ''
                then audit_context_id(p_user_id => v_user_id, p_transaction_id => v_transaction_id)
        end
    );
end;
$$;

comment on function write_audit is 'Internal: adds one row to the audit trail, with who is calling.';
-- Granted to nobody: the trail is written by the owner's triggers and procedures.
revoke all on function write_audit from public;
