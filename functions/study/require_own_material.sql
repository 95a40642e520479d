-- require_own_material: a material of the caller's that is not deleted, locked for them. Another's is none.
--
-- called by  update_material, delete_material, start_study_session
-- requires   require_user
-- errors     PA401, PA403 from require_user · PA404 no such material of the caller's
create or replace function require_own_material(
    p_material_id uuid
)
returns study_materials
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_material study_materials;
begin
    select m.*
    into v_material
    from study_materials as m
    where m.id = p_material_id and m.user_id = v_user_id and m.deleted_at is null
    for no key update;

    if not found then
        raise exception 'there is no such material'
            using errcode = 'PA404', detail = format('material_id = %s', coalesce(p_material_id::text, 'null')),
                hint = 'Look it up among your own: study_materials shows them.';
    end if;

    return v_material;
end;
$$;

comment on function require_own_material is 'Internal: a study material of the caller''s, locked for them.';
-- Granted to nobody: part of procedures.
revoke all on function require_own_material from public;
