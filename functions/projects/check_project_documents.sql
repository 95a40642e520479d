-- check_project_documents: what is in a project has the shape it must have, whoever writes the row.
--
-- Looks only at what changes. The token's metadata must speak of this project and its author: they are what a buyer sees.
--
-- called by  before-insert and before-update row trigger of projects
-- requires   check_shape, refuse_shape, project_components_shape, performance_metrics_shape, nft_metadata_shape
-- errors     PA422 with the path in the detail
create or replace function check_project_documents()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if tg_op = 'INSERT' or new.components is distinct from old.components then
        perform check_shape(
            p_of => 'components', p_document => new.components, p_shape => project_components_shape()
        );
    end if;

    if tg_op = 'INSERT' or new.performance_metrics is distinct from old.performance_metrics then
        perform check_shape(
            p_of => 'performance_metrics', p_document => new.performance_metrics, p_shape => performance_metrics_shape()
        );
    end if;

    if tg_op = 'INSERT' or new.nft_metadata is distinct from old.nft_metadata then
        perform check_shape(
            p_of => 'nft_metadata', p_document => new.nft_metadata, p_shape => nft_metadata_shape()
        );

        if lower(new.nft_metadata #>> '{properties,project_id}') <> new.id::text then
            perform refuse_shape(p_path => '$.properties.project_id', p_problem => 'is another project (nft_metadata)');
        end if;

        if lower(new.nft_metadata #>> '{properties,user_id}') <> new.user_id::text then
            perform refuse_shape(p_path => '$.properties.user_id', p_problem => 'is not its author (nft_metadata)');
        end if;
    end if;

    return new;
end;
$$;

comment on function check_project_documents is 'Trigger: refuses documents of a project that have not their shape.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function check_project_documents from public;
