-- policies on review_logs: learners see their own, administrators all.
drop policy if exists select_own on review_logs;
create policy select_own on review_logs
for select to pgacademy_student
using (user_id = (select current_user_id()));

drop policy if exists select_all on review_logs;
create policy select_all on review_logs
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: review_card() and record_review() are the only way in.
