-- store_encrypted_field: keeps a piece of personal data that the application encrypted (AES-256-GCM, bound to the
-- person and the field). The key never reaches this server. A null ciphertext removes the field.
--
-- called by  back end
-- requires   require_service, write_audit
-- errors     PA403 not the back end · PA404 no such living person · PA422 a name, key id, nonce or ciphertext
--            that cannot be; private keys of wallets
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
declare
    v_wrong text;
    v_hint text;
begin
    perform require_service();

    if not exists (select from users as u where u.id = p_user_id and u.deleted_at is null) then
        raise exception 'there is no such person'
            using errcode = 'PA404', detail = format('user_id = %s', p_user_id), hint = 'Check the id.';
    end if;

    perform write_audit(
        p_action => 'identity.store_encrypted_field', p_entity_type => 'users', p_entity_id => p_user_id::text
    );

    if p_ciphertext is null then
        delete from user_encrypted_fields as f
        where f.user_id = p_user_id and f.field_name = p_field_name;
        return;
    end if;

    select r.what, r.hint
    into v_wrong, v_hint
    from (
        values
        (
            format('field_name = %s', quote_nullable(left(p_field_name, 100))),
            p_field_name ~ '^[a-z][a-z0-9_]{0,62}$',
            'Use 1 to 63 of a-z, 0-9 and underscores, a letter first.'
        ),
        (
            format('field_name = %s', p_field_name),
            p_field_name !~ '(private_?key|mnemonic|seed_?phrase)',
            'Leave private keys of wallets with their owners.'
        ),
        (
            format('length of key_id = %s', coalesce(length(p_key_id)::text, 'null')),
            length(p_key_id) between 1 and 100,
            'Name the key in 1 to 100 characters.'
        ),
        (
            format('bytes of nonce = %s', coalesce(octet_length(p_nonce)::text, 'null')),
            octet_length(p_nonce) = 12,
            'Pass the 12 bytes of the nonce.'
        ),
        (
            format('bytes of ciphertext = %s', octet_length(p_ciphertext)),
            octet_length(p_ciphertext) between 16 and 65536,
            'Pass the ciphertext with its 16-byte tag, 64 kB at most.'
        )
    ) as r (what, is_right, hint)
    where r.is_right is not true
    limit 1;

    if found then
        raise exception 'this is not a field as the library encrypts it'
            using errcode = 'PA422', detail = v_wrong, hint = v_hint;
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
