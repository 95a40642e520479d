-- open_session: a login. Starts a family of tokens with its first one.
--
-- The token itself stays with the application, which sends SHA-256 of it. What expires is the token, not the login:
-- each rotation names a new expiry.
--
-- called by  back end, after a successful login
-- requires   require_service, check_session_token, write_audit
-- errors     PA403 not the back end; deactivated person · PA404 no such living person · PA422 hash not 32 bytes, expiry
--            not in the future, jti missing · 23505 hash or jti used before
create or replace function open_session(
    p_user_id uuid,
    p_token_hash bytea,
    p_token_jti text,
    p_expires_at timestamptz,
    p_ip_address inet default null,
    p_user_agent text default null
)
returns uuid
language plpgsql
volatile
security definer -- writes auth_sessions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_session_id uuid := uuid_v7();
begin
    perform require_service();
    perform check_session_token(p_token_hash, p_token_jti, p_expires_at);

    -- An update, not a look: a deactivation at the same moment either waits and ends this session too, or comes first.
    update users as u
    set last_login_at = v_now
    where u.id = p_user_id and u.is_active and u.deleted_at is null;

    if not found then
        if exists (select from users as u where u.id = p_user_id and u.deleted_at is null) then
            raise exception 'this account is deactivated'
                using errcode = 'PA403', detail = format('user_id = %s', p_user_id),
                    hint = 'An administrator can reactivate it.';
        end if;
        raise exception 'there is no such person'
            using errcode = 'PA404', detail = format('user_id = %s', p_user_id), hint = 'Check the id.';
    end if;

    insert into auth_sessions (
        id, family_id, user_id, token_hash, token_jti, ip_address, user_agent, created_at, last_accessed_at, expires_at
    )
    values (
        v_session_id, v_session_id, p_user_id, p_token_hash, p_token_jti, p_ip_address, left(p_user_agent, 500),
        v_now, v_now, p_expires_at
    );

    perform write_audit(
        p_action => 'identity.open_session', p_entity_type => 'users', p_entity_id => p_user_id::text,
        p_new_values => jsonb_build_object('session_id', v_session_id)
    );

    return v_session_id;
end;
$$;

comment on function open_session is
'Opens a session for a person who has logged in; returns its id, which is its family''s id too.';
revoke all on function open_session from public;
grant execute on function open_session to pgacademy_service;
