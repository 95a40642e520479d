-- rotate_encrypted_field: puts the same field, encrypted anew, in the place of what was read: only if it is still that, told by
-- its key and nonce. Who has written the field meanwhile has the last word, and has used the present key. Returns whether it
-- was replaced.
--
-- called by  back end: pgacademy rotate-field-keys
-- requires   require_service
-- errors     PA403 not the back end · 23514 a key id, nonce or ciphertext that cannot be
create or replace function rotate_encrypted_field(
    p_user_id uuid,
    p_field_name text,
    p_old_key_id text,
    p_old_nonce bytea,
    p_key_id text,
    p_nonce bytea,
    p_ciphertext bytea
)
returns boolean
language plpgsql
volatile
security definer -- writes user_encrypted_fields, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    update user_encrypted_fields as f
    set key_id = p_key_id, nonce = p_nonce, ciphertext = p_ciphertext
    where f.user_id = p_user_id
        and f.field_name = p_field_name
        and f.key_id = p_old_key_id
        and f.nonce = p_old_nonce;

    return found;
end;
$$;

comment on function rotate_encrypted_field is 'Replaces an encrypted field by itself under another key, if it is still what was read.';
revoke all on function rotate_encrypted_field from public;
grant execute on function rotate_encrypted_field to pgacademy_service;
