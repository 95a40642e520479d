-- triggers on nft_certificates: an erased person gets no token.
create or replace trigger audit_row
after update or delete on nft_certificates
for each row execute function audit_nft_certificates();

create or replace trigger refuse_erased_user
before insert on nft_certificates
for each row execute function refuse_erased_user();
