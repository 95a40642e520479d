-- rotate_session: exchanges a refresh token for its successor, once.
--
-- A token that was exchanged before and comes again was stolen, from its owner or by its owner's rival: either way its
-- whole family ends. That must be kept even though the request fails, so nothing is raised: the answer is in status,
-- and the caller commits.
--
--     rotated   the new token counts from now on
--     reused    the token was exchanged before; its family is revoked
--     revoked   the session was ended before
--     expired   the token is too old; log in again
--     inactive  the person is deactivated or deleted; the family is revoked
--     unknown   there never was such a token, or it ended so long ago that it was purged
--
-- Of two exchanges of one token at the same moment exactly one wins; the other finds it reused, and the login ends. An
-- application whose tabs share a token exchanges it in one place.
--
-- called by  back end, when an access token has run out
-- requires   require_service, check_session_token, end_sessions, write_audit
-- errors     PA403 not the back end · PA422 as open_session · 23505 new hash or jti used before
create or replace function rotate_session(
    p_token_hash bytea,
    p_new_token_hash bytea,
    p_new_token_jti text,
    p_expires_at timestamptz,
    p_ip_address inet default null,
    p_user_agent text default null
)
returns table (status text, session_id uuid, family_id uuid, user_id uuid, role text)
language plpgsql
volatile
security definer -- writes auth_sessions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_status text;
    v_session_id uuid;
    v_family_id uuid;
    v_user_id uuid;
    v_role text;
    v_is_active boolean;
    v_old auth_sessions;
begin
    perform require_service();
    perform check_session_token(p_new_token_hash, p_new_token_jti, p_expires_at);

    select s.family_id, s.user_id
    into v_family_id, v_user_id
    from auth_sessions as s
    where s.token_hash = p_token_hash;

    if not found then
        return query select 'unknown', null::uuid, null::uuid, null::uuid, null::text;
        return;
    end if;

    -- The first row of the family is what everyone who changes the family queues on (see end_sessions).
    update auth_sessions as s
    set last_accessed_at = greatest(s.last_accessed_at, v_now)
    where s.id = v_family_id;

    -- A new statement: it sees what whoever was first has committed.
    select s.*
    into v_old
    from auth_sessions as s
    where s.token_hash = p_token_hash;

    -- Whoever was first may have purged it. Without this, an empty row would look like a token never used nor expired.
    if not found then
        return query select 'unknown', null::uuid, null::uuid, null::uuid, null::text;
        return;
    end if;

    select u.role, u.is_active and u.deleted_at is null
    into v_role, v_is_active
    from users as u
    where u.id = v_user_id;

    if v_old.revoked_at is not null then
        v_status := 'revoked';
    elsif v_old.rotated_at is not null then
        v_status := 'reused';
        -- A failure that is kept, as the end of the family is. Exchanges that are in order are not worth a note.
        perform write_audit(
            p_action => 'identity.rotate_session', p_entity_type => 'users', p_entity_id => v_user_id::text,
            p_new_values => jsonb_build_object('session_id', v_family_id), p_error_code => '28000'
        );
        perform end_sessions(v_user_id, v_family_id, 'rotated_token_reused');
    elsif not v_is_active then
        v_status := 'inactive';
        perform end_sessions(v_user_id, v_family_id, 'deactivated');
    elsif v_old.expires_at <= v_now then
        v_status := 'expired';
    else
        v_status := 'rotated';
        v_session_id := uuid_v7();

        update auth_sessions as s
        set rotated_at = v_now, last_accessed_at = v_now
        where s.id = v_old.id;

        insert into auth_sessions (
            id, family_id, user_id, token_hash, token_jti, ip_address, user_agent, created_at, last_accessed_at,
            expires_at
        )
        values (
            v_session_id, v_family_id, v_user_id, p_new_token_hash, p_new_token_jti, p_ip_address,
            left(p_user_agent, 500), v_now, v_now, p_expires_at
        );
    end if;

    return query select v_status, v_session_id, v_family_id, v_user_id, v_role;
end;
$$;

comment on function rotate_session is
'Exchanges a refresh token for its successor; status says how it went, and a reused token has ended its family.';
revoke all on function rotate_session from public;
grant execute on function rotate_session to pgacademy_service;
