-- store_encrypted_field: keeps a piece of personal data that the application encrypted (AES-256-GCM, bound to the
-- person and the field). The key never reaches this server. A null ciphertext removes the field.
--
-- called by  back end
-- requires   require_service
-- errors     PA403 not the back end · PA404 no such living person · 23502, 23514 a value that a constraint of
--            user_encrypted_fields refuses, among them private keys of wallets
create or replace function store_encrypted_field(
    p_user_id uuid,
    p_field_name text,
    p_key_id text,
    p_nonce bytea,
    p_ciphertext bytea
)
returns void
language plpgsql
volatile
security definer -- writes user_encrypted_fields, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    if not exists (select from users as u where u.id = p_user_id and u.deleted_at is null) then
        raise exception 'there is no such person'
            using errcode = 'PA404', detail = format('user_id = %s', p_user_id), hint = 'Check the id.';
    end if;

    if p_ciphertext is null then
        delete from user_encrypted_fields as f
        where f.user_id = p_user_id and f.field_name = p_field_name;
        return;
    end if;

    insert into user_encrypted_fields (user_id, field_name, key_id, nonce, ciphertext)
    values (p_user_id, p_field_name, p_key_id, p_nonce, p_ciphertext)
    on conflict (user_id, field_name) do update
    set key_id = excluded.key_id, nonce = excluded.nonce, ciphertext = excluded.ciphertext;
end;
$$;

comment on function store_encrypted_field is
'Stores a field that the application encrypted; a null ciphertext removes it.';
revoke all on function store_encrypted_field from public;
grant execute on function store_encrypted_field to pgacademy_service;
