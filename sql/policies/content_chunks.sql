-- policies on content_chunks: learners see those of their materials, administrators all.
--
-- An array from a subquery that runs once, so that the index on study_material_id is used.
drop policy if exists select_own on content_chunks;
create policy select_own on content_chunks
for select to pgacademy_student
using (
    study_material_id = any(
        array(
            select m.id
            from study_materials as m
            where m.user_id = (select current_user_id()) and m.deleted_at is null
        )
    )
);

drop policy if exists select_all on content_chunks;
create policy select_all on content_chunks
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: store_chunks() is the only way in.
