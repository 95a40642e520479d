-- read_encrypted_field: the ciphertext of a piece of personal data, for the application to decrypt. No row for none.
--
-- The trail says who asked for whose, whether or not there was any; so it cannot be read on a replica.
--
-- called by  back end
-- requires   require_service, write_audit
-- errors     PA403 not the back end
create or replace function read_encrypted_field(p_user_id uuid, p_field_name text)
returns table (key_id text, nonce bytea, ciphertext bytea)
language plpgsql
volatile
security definer -- reads user_encrypted_fields and writes the audit trail, which no platform role may
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    perform write_audit(
        p_action => 'identity.read_encrypted_field', p_entity_type => 'users', p_entity_id => p_user_id::text
    );

    return query
    select f.key_id, f.nonce, f.ciphertext
    from user_encrypted_fields as f
    where f.user_id = p_user_id and f.field_name = p_field_name;
end;
$$;

comment on function read_encrypted_field is 'The ciphertext of an encrypted field of a person; no row for none.';
revoke all on function read_encrypted_field from public;
grant execute on function read_encrypted_field to pgacademy_service;
