-- policies on progress_metrics: learners see their own, administrators all. Its partitions are read through it alone.
drop policy if exists select_own on progress_metrics;
create policy select_own on progress_metrics
for select to pgacademy_student
using (user_id = (select current_user_id()));

drop policy if exists select_all on progress_metrics;
create policy select_all on progress_metrics
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: aggregate_session_data() is the only way in.
