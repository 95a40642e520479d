-- stale_encrypted_fields: the encrypted fields that are not under the present key, for the library to encrypt anew: a page of
-- them, in the order of person and field, after the last one of the page before. Each page is noted in the audit trail.
--
-- called by  back end: pgacademy rotate-field-keys
-- requires   require_service, write_audit
-- errors     PA403 not the back end · PA422 no key id, or a page of less than 1 or more than 10000
create or replace function stale_encrypted_fields(
    p_key_id text,
    p_after_user_id uuid default null,
    p_after_field_name text default null,
    p_limit integer default 500
)
returns table (user_id uuid, field_name text, key_id text, nonce bytea, ciphertext bytea)
language plpgsql
volatile
security definer -- reads user_encrypted_fields and writes the audit trail, which no platform role may
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    if p_key_id is null or p_limit is null or p_limit not between 1 and 10000 then
        raise exception 'no page of fields can be given'
            using errcode = 'PA422',
                detail = format('key_id = %s, limit = %s', quote_nullable(p_key_id), coalesce(p_limit::text, 'null')),
                hint = 'Pass the present key and how many fields to give, 1 to 10000.';
    end if;

    perform write_audit(
        p_action => 'identity.stale_encrypted_fields', p_entity_type => 'user_encrypted_fields', p_entity_id => null
    );

    return query
    select f.user_id, f.field_name, f.key_id, f.nonce, f.ciphertext
    from user_encrypted_fields as f
    where f.key_id <> p_key_id
        and (f.user_id, f.field_name) > (
            coalesce(p_after_user_id, '00000000-0000-0000-0000-000000000000'), coalesce(p_after_field_name, '')
        )
    order by f.user_id, f.field_name
    limit p_limit;
end;
$$;

comment on function stale_encrypted_fields is 'A page of the encrypted fields that are not under the present key.';
revoke all on function stale_encrypted_fields from public;
grant execute on function stale_encrypted_fields to pgacademy_service;
