-- policies on user_wallets: people see their own addresses, administrators those of everyone.
-- Written through link_wallet() and verify_wallet().
drop policy if exists select_own on user_wallets;
create policy select_own on user_wallets
    for select to pgacademy_student, pgacademy_instructor
    using (user_id = (select current_user_id()));

drop policy if exists select_all on user_wallets;
create policy select_all on user_wallets
    for select to pgacademy_admin
    using ((select acts_as('admin')));
