-- policies on faucet_requests: people see their own (without the address they came from), administrators all.
drop policy if exists select_own on faucet_requests;
create policy select_own on faucet_requests
for select to pgacademy_student, pgacademy_instructor
using (user_id = (select current_user_id()));

drop policy if exists select_admin on faucet_requests;
create policy select_admin on faucet_requests
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: request_faucet() is the only way in.
