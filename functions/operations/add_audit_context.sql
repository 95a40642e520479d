-- add_audit_context: notes where a request came from; returns the new row's id.
--
-- All of it is what the application says, in settings that are local to the transaction (the library: acting_as(…,
-- context=…)). It proves nothing: whoever can run SQL can set them. But whose it is, is certain. Of somebody who was erased,
-- and whose token is good for a while yet, nothing is kept.
--
-- called by  write_audit and audit_…, when p_origin is not there yet
-- requires   inet_or_null, lock_unerased
-- errors     none; what is no address is none, what is too long is cut
create or replace function add_audit_context(
    p_origin uuid,
    p_user_id uuid
)
returns uuid
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_id constant uuid := uuid_v7();
begin
    if p_user_id is not null and not lock_unerased(p_user_id => p_user_id) then
        return null;
    end if;

    insert into audit_contexts (id, origin, user_id, ip_address, user_agent, request_id, session_id)
    values (
        v_id,
        p_origin,
        p_user_id,
        inet_or_null(nullif(current_setting('pgacademy.ip_address', true), '')),
        left(nullif(current_setting('pgacademy.user_agent', true), ''), 500),
        left(nullif(current_setting('pgacademy.request_id', true), ''), 200),
        left(nullif(current_setting('pgacademy.session_id', true), ''), 255)
    );

    return v_id;
end;
$$;

comment on function add_audit_context is 'Internal: notes where a request came from, as a row of audit_contexts.';
-- Granted to nobody: part of write_audit and of the triggers.
revoke all on function add_audit_context from public;
