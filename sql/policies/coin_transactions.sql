-- policies on coin_transactions: people see what they did and what they were sent, administrators all.
drop policy if exists select_own on coin_transactions;
create policy select_own on coin_transactions
for select to pgacademy_student, pgacademy_instructor
using (user_id = (select current_user_id()) or recipient_id = (select current_user_id()));

drop policy if exists select_admin on coin_transactions;
create policy select_admin on coin_transactions
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: coins move through procedures.
