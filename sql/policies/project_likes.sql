-- policies on project_likes: people see what they like themselves, administrators all. How many like a project is in
-- projects.
drop policy if exists select_own on project_likes;
create policy select_own on project_likes
for select to pgacademy_student, pgacademy_instructor
using (user_id = (select current_user_id()));

drop policy if exists select_admin on project_likes;
create policy select_admin on project_likes
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert or delete: like_project() and unlike_project() are the only way in.
