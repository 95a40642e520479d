-- policies on uploaded_files: everyone sees what is public, people also their own; neither once it was removed.
-- Administrators see all.
--
-- For reading only. Which columns is said by the grants: what a file was called at home, its folder and its place in the store
-- are for its owner, whom list_files() tells.
drop policy if exists select_public on uploaded_files;
create policy select_public on uploaded_files
for select to pgacademy_anonymous
using (is_public and deleted_at is null);

drop policy if exists select_public_or_own on uploaded_files;
create policy select_public_or_own on uploaded_files
for select to pgacademy_student, pgacademy_instructor
using (deleted_at is null and (is_public or user_id = (select current_user_id())));

drop policy if exists select_all on uploaded_files;
create policy select_all on uploaded_files
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: register_file(), update_file() and remove_file() are the only way in.
