-- mint_certificate: writes down that a certificate is to become a token, and the transaction that does it. Returns what the
-- token is to say, which the back end publishes before it mints.
--
-- Then: record_nft_token() with the address of the metadata, advance_chain_transaction() with the name on the chain, mint,
-- record_nft_token() with the token. A failed one may be tried again.
--
-- called by  back-end jobs
-- requires   require_service, record_chain_transaction, certificate_metadata
-- errors     PA403 not the service · PA404 no such certificate · PA409 revoked, a token already, key used for another
--            request · PA422 no key, unknown chain or network, bad account, no collection, image not a URI
create or replace function mint_certificate(
    p_certificate_id uuid,
    p_chain text,
    p_network text,
    p_collection_id text,
    p_image_uri text,
    p_idempotency_key text,
    p_to_account text default null
)
returns table (nft_certificate_id uuid, transaction_id uuid, metadata jsonb)
language plpgsql
volatile
security definer -- writes nft_certificates, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_certificate certificates;
    v_transaction_id uuid;
begin
    perform require_service();

    if p_collection_id is null or p_collection_id !~ '^[^[:space:]]{1,100}$'
        or p_image_uri is null or p_image_uri !~ '^(https|ipfs|ar|hcs)://[^[:space:]]+$' or length(p_image_uri) > 1000
    then
        raise exception 'this is no token of a certificate'
            using errcode = 'PA422',
                detail = format(
                    'collection = %s, image = %s', coalesce(left(p_collection_id, 100), 'null'),
                    coalesce(left(p_image_uri, 100), 'null')
                ),
                hint = 'Pass the collection, and an image as https, ipfs, ar or hcs URI of at most 1000 characters.';
    end if;

    select f.* into v_certificate from certificates as f where f.id = p_certificate_id;

    if not found then
        raise exception 'there is no such certificate'
            using errcode = 'PA404', detail = format('certificate_id = %s', coalesce(p_certificate_id::text, 'null')),
                hint = 'Look it up among those of the course.';
    end if;

    v_transaction_id := (
        select r.transaction_id
        from record_chain_transaction(
            p_chain => p_chain,
            p_network => p_network,
            p_tx_type => 'nft_mint',
            p_idempotency_key => p_idempotency_key,
            p_user_id => v_certificate.user_id,
            p_to_account => p_to_account,
            p_course_id => v_certificate.course_id
        ) as r
    );

    transaction_id := v_transaction_id;

    -- The same key again.
    select n.id, n.metadata
    into nft_certificate_id, metadata
    from nft_certificates as n
    where n.transaction_id = v_transaction_id and n.certificate_id = p_certificate_id
        and n.collection_id = p_collection_id and n.metadata ->> 'image' = p_image_uri;

    if found then
        return next;
        return;
    end if;

    -- Nobody revokes it from here on.
    select f.* into v_certificate from certificates as f where f.id = p_certificate_id for no key update;

    metadata := certificate_metadata(p_certificate => v_certificate, p_image_uri => p_image_uri);

    if v_certificate.revoked_at is null then
        insert into nft_certificates
        (certificate_id, user_id, course_id, transaction_id, chain, network, collection_id, metadata)
        values
        (
            p_certificate_id, v_certificate.user_id, v_certificate.course_id, v_transaction_id, p_chain, p_network,
            p_collection_id, metadata
        )
        on conflict do nothing
        returning id into nft_certificate_id;
    end if;

    if nft_certificate_id is null then
        raise exception 'this certificate cannot become a token'
            using errcode = 'PA409',
                detail = format('certificate_id = %s, revoked = %s', p_certificate_id, v_certificate.is_revoked),
                hint = 'A certificate is one token; a revoked one is none. Use a new key for each request.';
    end if;

    return next;
end;
$$;

comment on function mint_certificate is 'Writes down that a certificate becomes a token, once per key; returns its metadata.';
revoke all on function mint_certificate from public;
grant execute on function mint_certificate to pgacademy_service;
