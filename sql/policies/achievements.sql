-- policies on achievements: everyone sees what can be earned, administrators also what is retired.
drop policy if exists select_active on achievements;
create policy select_active on achievements
for select to pgacademy_anonymous, pgacademy_student, pgacademy_instructor
using (is_active);

drop policy if exists select_admin on achievements;
create policy select_admin on achievements
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: define_achievement() and set_achievement_active() are the only way in.
