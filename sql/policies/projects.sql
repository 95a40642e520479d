-- policies on projects: everyone sees what is listed, people also their own, administrators all.
--
-- For reading only. A policy for all commands with such an "or" would let anybody change, take or delete what others
-- show. The OR is over rows, not over roles; a listing brings `is_listed` itself and still walks its own index.
drop policy if exists select_listed on projects;
create policy select_listed on projects
for select to pgacademy_anonymous
using (is_listed);

drop policy if exists select_listed_or_own on projects;
create policy select_listed_or_own on projects
for select to pgacademy_student, pgacademy_instructor
using (is_listed or user_id = (select current_user_id()));

drop policy if exists select_admin on projects;
create policy select_admin on projects
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: create_project(), update_project() and delete_project() are the only way in.
