-- triggers on nft_certificates.
create or replace trigger audit_row
after update or delete on nft_certificates
for each row execute function audit_row('nft_certificates', 'id', '{updated_at}', '{metadata,metadata_uri}', '{}');
