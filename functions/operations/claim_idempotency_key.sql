-- claim_idempotency_key: makes a call happen once per (actor, procedure, key).
--
-- The claim is an insert into the primary key, in the transaction of the effect: a second call with the same key waits
-- until the first has committed and then gets its reply, or rolled back and then does the work itself. Call it before
-- any other lock than write_guards, and end with store_reply.
--
-- Returns null when the caller is the first and must do the work; else the stored reply, which is never SQL null. A null
-- key claims nothing and returns null: such a call is not protected.
--
-- called by  every procedure that takes an idempotency key, with p_request = jsonb_build_object of its other arguments
-- requires   require_unerased
-- errors     PA403 the person was erased · PA409 the key was used with another request, or twice within one call ·
--            PA422 key of a wrong length
create or replace function claim_idempotency_key(
    p_actor text,
    p_procedure text,
    p_key text,
    p_request jsonb
)
returns jsonb
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_hash bytea;
    v_stored_hash bytea;
    v_reply jsonb;
begin
    if p_key is null then
        return null;
    end if;

    -- Bytes, not characters: the key is part of an index entry, which has a size.
    if octet_length(p_key) not between 1 and 200 then
        raise exception 'an idempotency key has 1 to 200 bytes'
            using errcode = 'PA422',
                detail = format('bytes = %s', octet_length(p_key)),
                hint = 'Use a UUID.';
    end if;

    -- jsonb has one text for one value whatever the order of its keys, so this is the hash of what was asked.
    v_hash := sha256(convert_to(coalesce(p_request, 'null')::text, 'UTF8'));

    -- The loop turns again only if a purge removed the key between the two statements.
    loop
        insert into idempotency_keys (actor, procedure, key, request_hash)
        values (p_actor, p_procedure, p_key, v_hash)
        on conflict (actor, procedure, key) do nothing;

        if found then
            -- store_reply asks for the person's row at the end. Under a snapshot that may be old it does so by a lock that
            -- conflicts with deactivate_user, which goes on to the counters: so that lock is taken in its turn.
            if length(p_actor) = 36 and current_setting('transaction_isolation') <> 'read committed' then
                perform require_unerased(p_user_id => p_actor::uuid);
            end if;

            return null;
        end if;

        -- A new statement: it sees what the other call committed while the insert waited for it.
        select k.request_hash, k.reply
        into v_stored_hash, v_reply
        from idempotency_keys as k
        where k.actor = p_actor and k.procedure = p_procedure and k.key = p_key;

        exit when found;
    end loop;

    if v_stored_hash <> v_hash then
        raise exception 'this idempotency key was used for another request'
            using errcode = 'PA409',
                detail = format('procedure = %s, key = %s', p_procedure, p_key),
                hint = 'Use a new key for each new request, and the same arguments when repeating one.';
    end if;

    if v_reply is null then
        raise exception 'this idempotency key is claimed and has no reply'
            using errcode = 'PA409',
                detail = format('procedure = %s, key = %s', p_procedure, p_key),
                hint = 'The first call of this transaction with the key has not ended; use a key once per call.';
    end if;

    return v_reply;
end;
$$;

comment on function claim_idempotency_key is
'Claims a key: null for the first call, the stored reply for a repeated one; refuses the key with another request.';
-- Granted to nobody: a helper of procedures.
revoke all on function claim_idempotency_key from public;
