-- delete_material: the caller's material is gone for them, with its cards; the rows stay until the person goes.
--
-- Sessions and what was learned in them stay in sight: they were. Doing it again finds nothing.
--
-- called by  learners
-- requires   require_own_material
-- errors     PA401, PA403 from require_user · PA404 no such material of the caller's
create or replace function delete_material(
    p_material_id uuid
)
returns void
language plpgsql
volatile
security definer -- updates study_materials, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
begin
    perform require_own_material(p_material_id => p_material_id);

    update study_materials as m set deleted_at = v_now where m.id = p_material_id;
end;
$$;

comment on function delete_material is 'Removes a study material from its owner''s sight; the rows stay.';
revoke all on function delete_material from public;
grant execute on function delete_material to pgacademy_student;
