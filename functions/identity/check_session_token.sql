-- check_session_token: refuses a token that cannot be stored.
--
-- called by  open_session, rotate_session (granted to nobody)
-- errors     PA422 hash not 32 bytes; jti not 8 to 255 characters; expiry not in the future, or never
create or replace function check_session_token(p_token_hash bytea, p_token_jti text, p_expires_at timestamptz)
returns void
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if octet_length(p_token_hash) is distinct from 32 then
        raise exception 'a token is stored as its SHA-256'
            using errcode = 'PA422', detail = format('bytes = %s', octet_length(p_token_hash)),
                hint = 'Send the 32 bytes of the hash, never the token.';
    end if;
    if p_token_jti is null or length(p_token_jti) not between 8 and 255 then
        raise exception 'a token needs an identifier of its own'
            using errcode = 'PA422', detail = format('length of jti = %s', length(p_token_jti)),
                hint = 'Send 8 to 255 characters, for example a UUID.';
    end if;
    if p_expires_at is null or not isfinite(p_expires_at) or p_expires_at <= now() then
        raise exception 'a session ends in the future'
            using errcode = 'PA422', detail = format('expires_at = %s', p_expires_at),
                hint = 'Send a finite time that is still to come.';
    end if;
end;
$$;

comment on function check_session_token is 'Internal: refuses a session token that cannot be stored.';
revoke all on function check_session_token from public;
