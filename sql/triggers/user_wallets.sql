-- triggers on user_wallets.
create or replace trigger audit_row
after insert or update or delete on user_wallets
for each row execute function audit_row('user_wallets', 'id', '{}', '{address}', '{}');
