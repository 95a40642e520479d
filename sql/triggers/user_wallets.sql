-- triggers on user_wallets: an erased person gets no address again.
create or replace trigger audit_row
after insert or update or delete on user_wallets
for each row execute function audit_user_wallets();

create or replace trigger refuse_erased_user
before insert on user_wallets
for each row execute function refuse_erased_user();
