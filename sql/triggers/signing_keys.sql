-- triggers on signing_keys.
create or replace trigger audit_row
after insert or update or delete on signing_keys
for each row execute function audit_signing_keys();
