-- current_user_id: the person who is calling, or null for nobody.
--
-- The identity that verified_identity() read from the signed token (or from the settings of a school without signing
-- keys; the token's format is described there), if it is a living, active person. For everyone else it is null, so that
-- a deactivated or deleted person passes no policy from that moment on, whatever token they still hold.
--
-- Policies call it as (select current_user_id()), so that it runs once per statement and not once per row.
--
-- called by  policies, views, functions with the caller's rights
-- requires   verified_identity
-- errors     28000 from verified_identity: a token that is forged, expired or malformed is an error, never nobody
create or replace function current_user_id()
returns uuid
language plpgsql
stable
parallel safe
security definer -- reads signing_keys, which nobody may read, and the person's row, whose policies ask this function
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := verified_identity(); -- once, whatever plan the lookup gets
begin
    return (
        select u.id
        from users as u
        where u.id = v_user_id and u.is_active and u.deleted_at is null
    );
end;
$$;

comment on function current_user_id() is 'The person who is calling, if living and active; null for nobody.';
revoke all on function current_user_id() from public;
grant execute on function current_user_id() to
pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service, pgacademy_analyst;
