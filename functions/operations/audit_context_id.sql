-- audit_context_id: the row of audit_contexts of this transaction and caller, made when it is first asked for.
--
-- What the application says about the request is in the settings pgacademy.ip_address, user_agent, request_id and
-- session_id, local to the transaction (the library: acting_as(…, context=…)). They prove nothing: whoever can run SQL can
-- set them. But whose they are is certain: the id is made of the transaction and the caller, so that nobody can point at
-- somebody else's. Of somebody who was erased, and whose token is good for a while yet, nothing is kept.
--
-- called by  write_audit
-- requires   inet_or_null, lock_unerased
-- errors     none; what is no address is none, what is too long is cut
create or replace function audit_context_id(
    p_user_id uuid,
    p_transaction_id xid8
)
returns uuid
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    -- With the time, because a restored database counts its transactions anew.
    v_id constant uuid := md5(concat_ws(' ', p_transaction_id, extract(epoch from now()), p_user_id))::uuid;
begin
    if not exists (select from audit_contexts as c where c.id = v_id) then
        if p_user_id is not null and not lock_unerased(p_user_id => p_user_id) then
            return null;
        end if;

        insert into audit_contexts (id, user_id, ip_address, user_agent, request_id, session_id)
        values (
            v_id,
            p_user_id,
            inet_or_null(nullif(current_setting('pgacademy.ip_address', true), '')),
            left(nullif(current_setting('pgacademy.user_agent', true), ''), 500),
            left(nullif(current_setting('pgacademy.request_id', true), ''), 200),
            left(nullif(current_setting('pgacademy.session_id', true), ''), 255)
        );
    end if;

    return v_id;
end;
$$;

comment on function audit_context_id is 'Internal: where this transaction''s request came from, as a row of audit_contexts.';
-- Granted to nobody: part of write_audit.
revoke all on function audit_context_id from public;
