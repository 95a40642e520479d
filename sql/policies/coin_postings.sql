-- policies on coin_postings: people see what was posted to their own account, administrators all.
drop policy if exists select_own on coin_postings;
create policy select_own on coin_postings
for select to pgacademy_student, pgacademy_instructor
using (user_id = (select current_user_id()));

drop policy if exists select_admin on coin_postings;
create policy select_admin on coin_postings
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: coins move through procedures.
