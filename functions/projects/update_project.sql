-- update_project: change what is given, leave the rest. Null means unchanged; what shall go is named in p_clear.
--
-- The shapes of the documents are those of create_project() and nft_metadata_shape(). What a token stands for stays as it
-- was sold: of a minted project neither the components nor the token's metadata change.
--
-- called by  learners
-- requires   require_own_project, check_clear, check_project_values
-- errors     PA401, PA403 from require_user · PA404 no such project of the caller's · PA409 it is minted · PA422 a value, size or
--            shape, with the path in the detail; unknown name in p_clear, or given as well
create or replace function update_project(
    p_project_id uuid,
    p_title text default null,
    p_description text default null,
    p_project_type text default null,
    p_components jsonb default null,
    p_performance_metrics jsonb default null,
    p_nft_metadata jsonb default null,
    p_clear text[] default '{}'
)
returns void
language plpgsql
volatile
security definer -- updates projects, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_clear text[];
    v_project projects := require_own_project(p_project_id => p_project_id);
begin
    v_clear := check_clear(
        p_clear => p_clear,
        p_given => jsonb_build_object(
            'description', p_description is not null, 'performance_metrics', p_performance_metrics is not null,
            'nft_metadata', p_nft_metadata is not null
        )
    );

    if v_project.nft_token_id is not null
        and (p_components is not null or p_nft_metadata is not null or 'nft_metadata' = any(v_clear))
    then
        raise exception 'what a token stands for does not change'
            using errcode = 'PA409', detail = format('project_id = %s, minted at %s', p_project_id, v_project.minted_at),
                hint = 'Make a new project of it; title, description and measurements may still change.';
    end if;

    v_project.title := coalesce(p_title, v_project.title);
    v_project.project_type := coalesce(p_project_type, v_project.project_type);
    v_project.components := coalesce(p_components, v_project.components);
    v_project.description := case
        when 'description' = any(v_clear) then null else coalesce(p_description, v_project.description)
    end;
    v_project.performance_metrics := case
        when 'performance_metrics' = any(v_clear) then null
        else coalesce(p_performance_metrics, v_project.performance_metrics)
    end;
    v_project.nft_metadata := case
        when 'nft_metadata' = any(v_clear) then null else coalesce(p_nft_metadata, v_project.nft_metadata)
    end;

    -- What it will be, all together.
    perform check_project_values(
        p_title => v_project.title, p_description => v_project.description, p_project_type => v_project.project_type,
        p_components => v_project.components, p_performance_metrics => v_project.performance_metrics,
        p_nft_metadata => v_project.nft_metadata
    );

    update projects as p
    set
        title = v_project.title,
        description = v_project.description,
        project_type = v_project.project_type,
        components = v_project.components,
        performance_metrics = v_project.performance_metrics,
        nft_metadata = v_project.nft_metadata
    where p.id = p_project_id;
end;
$$;

comment on function update_project is 'Changes the given columns of one''s own project.';
revoke all on function update_project from public;
grant execute on function update_project to pgacademy_student;
