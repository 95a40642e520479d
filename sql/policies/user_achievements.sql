-- policies on user_achievements: people see their own rows, administrators all.
drop policy if exists select_own on user_achievements;
create policy select_own on user_achievements
for select to pgacademy_student, pgacademy_instructor
using (user_id = (select current_user_id()));

drop policy if exists select_admin on user_achievements;
create policy select_admin on user_achievements
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: achievements are granted when they are reached.
