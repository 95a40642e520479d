-- add_signing_key: from now on only signed tokens say who is calling.
--
-- The secret (32 random bytes or more) is not stored but the two padded keys of HMAC-SHA256 (RFC 2104) are; those are
-- as secret as the key itself. Pass it as a bound parameter, so that it reaches no statement log. Keys overlap: add the
-- new one, let the application sign with it, retire the old one when its last token has expired.
--
-- called by  the owner of the school (granted to nobody)
-- requires   write_audit
-- errors     PA409 there is a key of this name · PA422 name not 1 to 40 of A-Z a-z 0-9 _ -; secret under 32 bytes
create or replace function add_signing_key(p_key_id text, p_secret bytea)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_key bytea;
    v_inner_pad bytea := decode(repeat('36', 64), 'hex');
    v_outer_pad bytea := decode(repeat('5c', 64), 'hex');
begin
    if p_key_id is null or p_key_id !~ '^[A-Za-z0-9_-]{1,40}$' then
        raise exception 'this is not a name for a key'
            using errcode = 'PA422', detail = format('key_id = %s', left(p_key_id, 100)),
                hint = 'Use 1 to 40 letters, digits, hyphens and underscores.';
    end if;
    if p_secret is null or octet_length(p_secret) < 32 then
        raise exception 'the secret is too short'
            using errcode = 'PA422', detail = format('bytes = %s', octet_length(p_secret)),
                hint = 'Use 32 random bytes or more.';
    end if;
    if exists (select from signing_keys as k where k.key_id = p_key_id) then
        raise exception 'there is a key of this name'
            using errcode = 'PA409', detail = format('key_id = %s', p_key_id),
                hint = 'Names are never used again, not even those of retired keys.';
    end if;

    v_key := case when octet_length(p_secret) > 64 then sha256(p_secret) else p_secret end;
    for i in 0..octet_length(v_key) - 1 loop
        v_inner_pad := set_byte(v_inner_pad, i, get_byte(v_key, i) # 54);
        v_outer_pad := set_byte(v_outer_pad, i, get_byte(v_key, i) # 92);
    end loop;

    perform write_audit(
        p_action => 'identity.add_signing_key', p_entity_type => 'signing_keys', p_entity_id => p_key_id
    );

    insert into signing_keys (key_id, inner_pad, outer_pad)
    values (p_key_id, v_inner_pad, v_outer_pad);
end;
$$;

comment on function add_signing_key is
'Adds a key that identity tokens are signed with; with a key in place unsigned identities are ignored.';
-- Granted to nobody: the owner runs it.
revoke all on function add_signing_key from public;
