-- refuse_erased_owner: what is made of a material says nothing new of its owner once they are being erased.
--
-- called by  before-insert and before-update row triggers of content_chunks and generated_assets
-- requires   require_unerased
-- errors     PA403 the owner was erased
create or replace function refuse_erased_owner()
returns trigger
language plpgsql
volatile
security definer -- reads the material and locks the person's row, which people have no privilege for
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_unerased(p_user_id => m.user_id)
    from study_materials as m
    where m.id = new.study_material_id;
    return new;
end;
$$;

comment on function refuse_erased_owner is 'Trigger: refuses to write something new about the owner of a material who was erased.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function refuse_erased_owner from public;
