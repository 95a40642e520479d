-- triggers on chain_transactions: history, but for moving it on.
create or replace trigger guard_chain_transaction
before update or delete on chain_transactions
for each row execute function guard_chain_transaction();

create or replace trigger touch_updated_at
before update on chain_transactions
for each row execute function touch_updated_at();

create or replace trigger refuse_erased_user
before insert on chain_transactions
for each row
when (new.user_id is not null)
execute function refuse_erased_user();
