-- policies on chain_transactions: people see their own, administrators all.
drop policy if exists select_own on chain_transactions;
create policy select_own on chain_transactions
for select to pgacademy_student, pgacademy_instructor
using (user_id = (select current_user_id()));

drop policy if exists select_admin on chain_transactions;
create policy select_admin on chain_transactions
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: record_chain_transaction(), request_faucet() and advance_chain_transaction() write.
