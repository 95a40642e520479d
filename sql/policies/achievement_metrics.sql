-- policies on achievement_metrics: everyone may read it; it says nothing about anyone.
drop policy if exists select_all on achievement_metrics;
create policy select_all on achievement_metrics
for select to pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin
using (true);
