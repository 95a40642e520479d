-- write_audit: adds one row to audit_logs. Who did it is not an argument.
--
-- The identity is the one the caller proved, whether or not the account is still usable: who shuts themselves out, or is
-- refused because they were, has done it all the same. Beside it stand the role and the login, which is all that there is
-- of jobs and of an owner at the keyboard.
--
-- What the application says of the request is in the settings pgacademy.ip_address, user_agent, request_id and session_id.
-- Requests of somebody that say the same on the same day (of UTC) share a row of audit_contexts. A transaction of nobody has
-- one of its own, because erasing the person it was about deletes it. A row is found by a hash with its person in it, so
-- nobody can point at somebody else's. Two that come first at the same time each add one: a unique key would have one wait
-- for the other.
--
-- The transaction takes its identifier before the row takes its number: see seal_audit_logs.
--
-- Written by `make generate`: change write_audit.sql.j2, or audit_insert.sql.j2, which is in the triggers too. They write
-- their rows by themselves because a call would cost them a tenth more.
--
-- called by  log_failure, and the procedures that audited_procedures() lists
-- requires   verified_identity, add_audit_context
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
    -- What the application says of the request; null for nothing.
    v_said constant text := nullif(
        array[
            nullif(current_setting('pgacademy.ip_address', true), ''),
            nullif(current_setting('pgacademy.user_agent', true), ''),
            nullif(current_setting('pgacademy.request_id', true), ''),
            nullif(current_setting('pgacademy.session_id', true), '')
        ]::text,
        '{NULL,NULL,NULL,NULL}'
    );
    -- Hashed: the person and the day; without a person, the transaction's number and time (a restored database begins its
    -- numbers again); and what was said. No float and no date: how they are written is a session's setting.
    v_origin constant uuid := md5(
        coalesce(
            v_user_id || ' ' || trunc(date_part('epoch', now()) / 86400)::bigint,
            v_transaction_id || ' ' || extract(epoch from now())
        )
        || ' ' || v_said
    )::uuid;
begin
    insert into audit_logs (
        user_id, acted_as, login, action, entity_type, entity_id, old_values, new_values, is_success, error_code,
        context_id
    )
    values (
        v_user_id,
        coalesce(nullif(current_setting('role'), 'none'), session_user),
        session_user,
        p_action,
        p_entity_type,
        p_entity_id,
        p_old_values,
        p_new_values,
        p_error_code is null,
        p_error_code,
        case
            when v_origin is not null then
                coalesce(
                    (select c.id from audit_contexts as c where c.origin = v_origin limit 1),
                    add_audit_context(p_origin => v_origin, p_user_id => v_user_id)
                )
        end
    );
end;
$$;

comment on function write_audit is 'Internal: adds one row to the audit trail, with who is calling.';
-- Granted to nobody: the trail is written by the owner's triggers and procedures.
revoke all on function write_audit from public;
