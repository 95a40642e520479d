-- policies on learning_sessions: learners see their own, administrators all.
drop policy if exists select_own on learning_sessions;
create policy select_own on learning_sessions
for select to pgacademy_student
using (user_id = (select current_user_id()));

drop policy if exists select_all on learning_sessions;
create policy select_all on learning_sessions
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: start_study_session(), save_study_session() and end_study_session() are the only way in.
