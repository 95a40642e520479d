-- policies on user_streaks: people see their own rows, administrators all.
drop policy if exists select_own on user_streaks;
create policy select_own on user_streaks
for select to pgacademy_student, pgacademy_instructor
using (user_id = (select current_user_id()));

drop policy if exists select_admin on user_streaks;
create policy select_admin on user_streaks
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: days are noted when something was learned.
