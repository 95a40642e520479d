-- v_my_certificates: the caller's certificates, the revoked ones too, and the token of each. Of deleted courses as well.
create or replace view v_my_certificates
with (security_invoker)
as
select
    f.id,
    f.course_id,
    f.certificate_number,
    f.verification_code,
    f.recipient_name,
    f.course_title,
    f.completed_at,
    f.issued_at,
    f.replaces_id,
    f.pdf_path,
    f.is_revoked,
    f.revoked_at,
    f.revocation_reason,
    n.status as nft_status,
    n.collection_id as nft_collection_id,
    n.token_id as nft_token_id,
    n.serial_number as nft_serial_number,
    n.metadata_uri as nft_metadata_uri,
    t.tx_id as nft_tx_id,
    t.hashscan_url as nft_hashscan_url
from certificates as f
left join nft_certificates as n on n.certificate_id = f.id and n.status <> 'failed'
left join chain_transactions as t on t.id = n.transaction_id
where f.user_id = (select current_user_id());

comment on view v_my_certificates is 'The caller''s certificates with what each became on a blockchain.';
revoke all on v_my_certificates from public;
grant select on v_my_certificates to pgacademy_student, pgacademy_admin;
