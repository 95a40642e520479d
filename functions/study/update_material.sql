-- update_material: change what is given, leave the rest. Null means unchanged; what shall go is named in p_clear.
--
-- called by  learners
-- requires   require_own_material, check_clear, check_material_values
-- errors     PA401, PA403 from require_user · PA404 no such material of the caller's · PA422 a value of no use; unknown
--            name in p_clear, or given as well; the address of a url cleared
create or replace function update_material(
    p_material_id uuid,
    p_title text default null,
    p_description text default null,
    p_source_url text default null,
    p_subject_area text default null,
    p_difficulty_level text default null,
    p_tags text[] default null,
    p_metadata jsonb default null,
    p_clear text[] default '{}'
)
returns void
language plpgsql
volatile
security definer -- updates study_materials, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_clear text[];
    v_material study_materials := require_own_material(p_material_id => p_material_id);
    v_tags text[];
begin
    v_clear := check_clear(
        p_clear => p_clear,
        -- The address of a url is what the material is.
        p_given => jsonb_build_object(
            'description', p_description is not null, 'subject_area', p_subject_area is not null,
            'difficulty_level', p_difficulty_level is not null
        ) || case
            when v_material.source_type <> 'url' then jsonb_build_object('source_url', p_source_url is not null) else '{}'
        end
    );

    v_tags := check_material_values(
        p_title => p_title, p_description => p_description, p_source_url => p_source_url,
        p_difficulty_level => p_difficulty_level, p_subject_area => p_subject_area, p_tags => p_tags,
        p_metadata => p_metadata
    );

    update study_materials as m
    set
        title = coalesce(p_title, m.title),
        description = case when 'description' = any(v_clear) then null else coalesce(p_description, m.description) end,
        source_url = case when 'source_url' = any(v_clear) then null else coalesce(p_source_url, m.source_url) end,
        subject_area = case
            when 'subject_area' = any(v_clear) then null else coalesce(p_subject_area, m.subject_area)
        end,
        difficulty_level = case
            when 'difficulty_level' = any(v_clear) then null else coalesce(p_difficulty_level, m.difficulty_level)
        end,
        tags = coalesce(v_tags, m.tags),
        metadata = coalesce(p_metadata, m.metadata)
    where m.id = p_material_id;
end;
$$;

comment on function update_material is 'Changes the given columns of one''s own study material.';
revoke all on function update_material from public;
grant execute on function update_material to pgacademy_student;
