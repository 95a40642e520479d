-- triggers on projects. Triggers of one moment fire by name.
create or replace trigger check_components_shape
before insert or update of components on projects
for each row execute function check_row_shape('components', 'project_components');

create or replace trigger check_metrics_shape
before insert or update of performance_metrics on projects
for each row execute function check_row_shape('performance_metrics', 'performance_metrics');

create or replace trigger check_nft_metadata_shape
before insert or update of nft_metadata on projects
for each row execute function check_row_shape('nft_metadata', 'nft_metadata');

create or replace trigger check_token
before insert or update of id, user_id, nft_metadata on projects
for each row
when (new.nft_metadata is not null)
execute function check_project_token();

create or replace trigger set_listing
before insert or update of user_id, course_id, nft_token_id, is_public, is_featured, is_listed on projects
for each row execute function set_project_listing();

-- Likes and views, what a course does, and being featured are no edit.
create or replace trigger touch_updated_at
before update of course_id, title, description, project_type, components, performance_metrics, nft_metadata,
nft_token_id, is_public on projects
for each row execute function touch_updated_at();

create or replace trigger audit_row
after delete or update of is_featured on projects
for each row execute function audit_projects();

create or replace trigger refuse_erased_user
before insert or update of title, description, project_type, components, performance_metrics, nft_metadata on projects
for each row
when (
    new.title <> '[erased]'
    or new.project_type <> '[erased]'
    or new.description is not null
    or new.performance_metrics is not null
    or new.components -> 'components' <> '[]'
    or new.nft_metadata ->> 'name' <> '[erased]'
)
execute function refuse_erased_user();
