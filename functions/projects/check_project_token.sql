-- check_project_token: the metadata of a token speak of this project and its author: they are what a buyer sees.
--
-- That they have their shape is looked at before: triggers of one moment fire by name.
--
-- called by  before-insert and before-update row trigger of projects
-- requires   refuse_shape
-- errors     PA422 with the path in the detail
create or replace function check_project_token()
returns trigger
language plpgsql
volatile
security definer -- refuse_shape is granted to nobody, and a project is also changed by what a course or a person does
set search_path from current
as $$
#variable_conflict use_column
begin
    if lower(new.nft_metadata #>> '{properties,project_id}') <> new.id::text then
        perform refuse_shape(p_path => '$.nft_metadata.properties.project_id', p_problem => 'is another project');
    end if;

    if lower(new.nft_metadata #>> '{properties,user_id}') <> new.user_id::text then
        perform refuse_shape(p_path => '$.nft_metadata.properties.user_id', p_problem => 'is not its author');
    end if;

    return new;
end;
$$;

comment on function check_project_token is 'Trigger: refuses token metadata that speak of another project or person.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function check_project_token from public;
