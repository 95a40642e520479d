-- triggers on user_secrets: an erased person gets no password again.
create or replace trigger audit_row
after insert or update or delete on user_secrets
for each row execute function audit_user_secrets();

create or replace trigger refuse_erased_user
before insert or update on user_secrets
for each row execute function refuse_erased_user();
