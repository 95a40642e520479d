-- store_reply: keeps what a call returns, for the calls that repeat its idempotency key.
--
-- A reply of SQL null is kept as JSON null, so that a repeated call can tell "answered with nothing" from "not answered".
--
-- Nothing is kept for a person who was erased meanwhile: their call fails.
--
-- In PL/pgSQL, which keeps its plan: an SQL function that writes is planned with every call before PostgreSQL 18.
--
-- called by  every procedure that called claim_idempotency_key, as its last statement
-- requires   require_unerased; the key was claimed in this transaction
-- errors     PA403 the person was erased meanwhile; a null key stores nothing
create or replace function store_reply(
    p_actor text,
    p_procedure text,
    p_key text,
    p_reply jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if p_key is null then
        return;
    end if;

    -- A person's id has 36 characters, the role of a job fewer.
    if length(p_actor) = 36 then
        perform require_unerased(p_user_id => p_actor::uuid);
    end if;

    update idempotency_keys as k
    set reply = coalesce(p_reply, 'null'::jsonb)
    where k.actor = p_actor and k.procedure = p_procedure and k.key = p_key;
end;
$$;

comment on function store_reply is 'Keeps the reply of a call under its idempotency key.';
-- Granted to nobody: a helper of procedures.
revoke all on function store_reply from public;
