-- policies on coin_accounts: people see their own account, administrators all, the school's too.
drop policy if exists select_own on coin_accounts;
create policy select_own on coin_accounts
for select to pgacademy_student, pgacademy_instructor
using (user_id = (select current_user_id()));

drop policy if exists select_admin on coin_accounts;
create policy select_admin on coin_accounts
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: coins move through procedures.
