-- policies on study_materials: learners see their own that they have not deleted, administrators all. Nobody shares them, so
-- instructors see none as instructors; a person who teaches studies as a learner.
drop policy if exists select_own on study_materials;
create policy select_own on study_materials
for select to pgacademy_student
using (user_id = (select current_user_id()) and deleted_at is null);

drop policy if exists select_all on study_materials;
create policy select_all on study_materials
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: create_material(), update_material() and delete_material() are the only way in.
