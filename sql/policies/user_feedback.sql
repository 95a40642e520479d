-- policies on user_feedback: learners see their own, administrators all.
drop policy if exists select_own on user_feedback;
create policy select_own on user_feedback
for select to pgacademy_student
using (user_id = (select current_user_id()));

drop policy if exists select_all on user_feedback;
create policy select_all on user_feedback
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: leave_feedback() and settle_feedback() are the only way in.
