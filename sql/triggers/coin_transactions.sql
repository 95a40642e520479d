-- triggers on coin_transactions: history, but for settling what is pending.
create or replace trigger guard_coin_transaction
before update or delete on coin_transactions
for each row execute function guard_coin_transaction();

create or replace trigger refuse_erased_user
before insert on coin_transactions
for each row
when (new.transaction_type = 'transfer')
execute function refuse_erased_user();
