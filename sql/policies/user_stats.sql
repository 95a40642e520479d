-- policies on user_stats: people see their own rows, administrators all.
drop policy if exists select_own on user_stats;
create policy select_own on user_stats
for select to pgacademy_student, pgacademy_instructor
using (user_id = (select current_user_id()));

drop policy if exists select_admin on user_stats;
create policy select_admin on user_stats
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: the system counts.
