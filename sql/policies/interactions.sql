-- policies on interactions: learners see their own, administrators all. Its partitions are read through it alone.
drop policy if exists select_own on interactions;
create policy select_own on interactions
for select to pgacademy_student
using (user_id = (select current_user_id()));

drop policy if exists select_all on interactions;
create policy select_all on interactions
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: record_interaction() and record_interactions() are the only way in.
