-- record_nft_token: what became known of a certificate's token: where its metadata is published, and its name on the chain.
-- What is null is left as it is; what is known does not change.
--
-- called by  back-end jobs
-- requires   require_service
-- errors     PA403 not the service · PA404 no such token · PA409 known otherwise, failed, the token is another's · PA422 bad URI,
--            bad name, bad serial
create or replace function record_nft_token(
    p_nft_certificate_id uuid,
    p_metadata_uri text default null,
    p_token_id text default null,
    p_serial_number bigint default null
)
returns void
language plpgsql
volatile
security definer -- writes nft_certificates, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_token nft_certificates;
begin
    perform require_service();

    if p_metadata_uri !~ '^(https|ipfs|ar|hcs)://[^[:space:]]+$' or length(p_metadata_uri) > 1000
        or p_token_id !~ '^[^[:space:]]{1,100}$'
        or p_serial_number < 1
    then
        raise exception 'this is no token'
            using errcode = 'PA422',
                detail = format(
                    'uri = %s, token = %s, serial = %s', coalesce(left(p_metadata_uri, 100), 'none'),
                    coalesce(left(p_token_id, 100), 'none'), coalesce(p_serial_number::text, 'none')
                ),
                hint = 'Pass an https, ipfs, ar or hcs URI, a name of 1 to 100 characters, a serial from 1.';
    end if;

    select n.* into v_token from nft_certificates as n where n.id = p_nft_certificate_id for update;

    if not found then
        raise exception 'there is no such token'
            using errcode = 'PA404', detail = format('nft_certificate_id = %s', coalesce(p_nft_certificate_id::text, 'null')),
                hint = 'Pass the id that mint_certificate returned.';
    end if;

    if v_token.status = 'failed'
        or p_metadata_uri <> v_token.metadata_uri or p_token_id <> v_token.token_id
        or p_serial_number <> v_token.serial_number
        or (p_serial_number is not null and v_token.serial_number is null and v_token.token_id is not null)
        or (p_serial_number is not null and coalesce(p_token_id, v_token.token_id) is null)
        or exists (
            select from nft_certificates as n
            where
                n.chain = v_token.chain and n.network = v_token.network and n.collection_id = v_token.collection_id
                and n.token_id = p_token_id and n.serial_number is not distinct from p_serial_number
                and n.status <> 'failed' and n.id <> p_nft_certificate_id
        )
    then
        raise exception 'this is not the token of this certificate'
            using errcode = 'PA409',
                detail = format(
                    'status = %s, token = %s, serial = %s', v_token.status, coalesce(v_token.token_id, 'none'),
                    coalesce(v_token.serial_number::text, 'none')
                ),
                hint = 'Token and serial are told together, once; what failed is minted anew.';
    end if;

    update nft_certificates as n
    set
        metadata_uri = coalesce(n.metadata_uri, p_metadata_uri),
        token_id = coalesce(n.token_id, p_token_id),
        serial_number = coalesce(n.serial_number, p_serial_number)
    where n.id = p_nft_certificate_id;
end;
$$;

comment on function record_nft_token is 'Notes what became known of a certificate''s token, once.';
revoke all on function record_nft_token from public;
grant execute on function record_nft_token to pgacademy_service;
