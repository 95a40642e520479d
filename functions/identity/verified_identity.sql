-- verified_identity: the user id that the caller proved to have, or null for nobody.
--
-- It reads, in this order:
--   1. If the school has a signing key that is not retired: the setting `pgacademy.token`, a signed token, and nothing
--      else. The unsigned settings below are ignored, so that an SQL injection on the web login cannot become another
--      person.
--   2. Otherwise `request.jwt.claims ->> 'sub'` (PostgREST and Supabase verify the JWT and set it). Where the claims
--      are set, they alone decide.
--   3. Otherwise `pgacademy.user_id`.
-- A missing or empty setting is nobody: null. A present one that cannot be believed is an error, never silently nobody.
--
-- The token (lib/pgacademy/tokens.py signs them) is one line of ASCII, or UTF-8 where the school's name is not ASCII:
--
--     pa1.<key id>.<school>.<user id>.<expires>.<mac>
--
--     pa1      the version of this format
--     key id   signing_keys.key_id: [A-Za-z0-9_-]{1,40}
--     school   the name of the school, exactly as the schema is called
--     user id  users.id as PostgreSQL prints it: 36 characters, lower case, with hyphens
--     expires  the second at which it stops to be valid, since 1970-01-01 UTC: 1 to 12 digits, no leading zero
--     mac      HMAC-SHA256 (RFC 2104), 64 lower-case hexadecimal digits, of everything before the last dot, as UTF-8
--
-- In Python:
--     payload = f'pa1.{key_id}.{school}.{user_id}.{expires}'
--     token = payload + '.' + hmac.new(secret, payload.encode(), hashlib.sha256).hexdigest()
-- where secret is what add_signing_key() was given. The school is inside, so a token of one school is worth nothing in
-- another, even if both were given the same key. The macs are compared as hashes of themselves: what their comparison
-- leaks by its duration says nothing about the mac that was expected.
--
-- It says who, not whether they may: whether there is such a person, living and active, is what current_user_id() and
-- require_user() add.
--
-- called by  current_user_id, require_user, and what needs to know no more than who it is (granted to nobody)
-- errors     28000 forged, expired, malformed, of another school or under an unknown or retired key; an identity that
--            is no UUID · 22P02 request.jwt.claims is not JSON, which only a broken gateway sends
create or replace function verified_identity()
returns uuid
language plpgsql
stable
parallel safe
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_token text;
    v_payload text;
    v_prefix text;
    v_claims text;
    v_user_id text;
    v_digits text;
    v_expires text;
    v_inner_pad bytea;
    v_outer_pad bytea;
begin
    if exists (select from signing_keys as k where k.retired_at is null) then
        v_token := nullif(current_setting('pgacademy.token', true), '');
        if v_token is null then
            return null;
        end if;

        -- Its ends, before it is hashed; the mac vouches for the rest. (A regular expression would take longer than all
        -- of the cryptography.)
        if length(v_token) > 400 or not starts_with(v_token, 'pa1.') or left(right(v_token, 65), 1) <> '.' then
            raise exception 'the identity token is malformed'
                using errcode = '28000', detail = format('%s characters', length(v_token)),
                    hint = 'Sign it as described in functions/identity/verified_identity.sql.';
        end if;
        v_payload := left(v_token, -65);

        select k.inner_pad, k.outer_pad
        into v_inner_pad, v_outer_pad
        from signing_keys as k
        where k.key_id = split_part(v_payload, '.', 2) and k.retired_at is null;

        if v_inner_pad is null
            or sha256(convert_to(right(v_token, 64), 'UTF8')) is distinct from
            sha256(convert_to(
                encode(sha256(v_outer_pad || sha256(v_inner_pad || convert_to(v_payload, 'UTF8'))), 'hex'), 'UTF8'
            ))
        then
            raise exception 'the identity token is not signed by a key of this school'
                using errcode = '28000', detail = format('key id = %s', split_part(v_payload, '.', 2)),
                    hint = 'Sign it with a key of add_signing_key() that is not retired.';
        end if;

        -- From here on the token is genuine; it may still be somebody else's business.
        v_prefix := format('pa1.%s.%s.', split_part(v_payload, '.', 2), current_schema());
        if not starts_with(v_payload, v_prefix) then
            raise exception 'the identity token is for another school'
                using errcode = '28000', detail = format('this school = %s', current_schema()),
                    hint = format('Sign it for the school %s.', current_schema());
        end if;
        v_payload := substr(v_payload, length(v_prefix) + 1);
        v_user_id := split_part(v_payload, '.', 1);
        v_expires := split_part(v_payload, '.', 2);
        if v_payload <> v_user_id || '.' || v_expires or length(v_expires) not between 1 and 12
            or left(v_expires, 1) = '0' or translate(v_expires, '0123456789', '') <> ''
        then
            raise exception 'the identity token is malformed'
                using errcode = '28000', detail = format('%s characters', length(v_token)),
                    hint = 'Sign it as described in functions/identity/verified_identity.sql.';
        end if;
        -- By the clock: one long statement must not keep a token alive.
        if v_expires::bigint <= extract(epoch from clock_timestamp()) then
            raise exception 'the identity token has expired'
                using errcode = '28000', detail = format('expired at %s', to_timestamp(v_expires::bigint)),
                    hint = 'Sign a new one.';
        end if;
    else
        v_claims := nullif(current_setting('request.jwt.claims', true), '');
        if v_claims is not null then
            v_user_id := nullif(v_claims::jsonb ->> 'sub', '');
        else
            v_user_id := nullif(current_setting('pgacademy.user_id', true), '');
        end if;
    end if;

    -- 32 hexadecimal digits are always a UUID, so that the cast below cannot fail.
    v_digits := replace(v_user_id, '-', '');
    if length(v_user_id) <> 36 or length(v_digits) <> 32 or ltrim(v_digits, '0123456789abcdefABCDEF') <> '' then
        raise exception 'the identity is not a user id'
            using errcode = '28000', detail = format('identity = %s', left(v_user_id, 100)),
                hint = 'Identities are the ids of users, as UUIDs.';
    end if;
    return v_digits::uuid;
end;
$$;

comment on function verified_identity() is
'Internal: the user id of a verified token, or of the claims or setting where the school has no signing keys.';
revoke all on function verified_identity() from public;
