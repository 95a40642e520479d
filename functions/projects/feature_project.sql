-- feature_project: an administrator recommends a project, or no longer does. It ends when the project is unpublished.
--
-- called by  administrators
-- requires   require_user
-- errors     PA401, PA403 not an administrator · PA404 no such project · PA409 it is not public · PA422 neither yes nor no
create or replace function feature_project(
    p_project_id uuid,
    p_is_featured boolean default true
)
returns void
language plpgsql
volatile
security definer -- updates projects, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_is_public boolean;
begin
    perform require_user(p_role => 'admin');

    if p_is_featured is null then
        raise exception 'featured or not'
            using errcode = 'PA422', detail = 'is_featured = null', hint = 'Pass true or false.';
    end if;

    select p.is_public into v_is_public from projects as p where p.id = p_project_id for no key update;

    if not found then
        raise exception 'there is no such project'
            using errcode = 'PA404', detail = format('project_id = %s', coalesce(p_project_id::text, 'null')),
                hint = 'Look it up with list_projects().';
    end if;

    if p_is_featured and not v_is_public then
        raise exception 'this project is not public'
            using errcode = 'PA409', detail = format('project_id = %s', p_project_id),
                hint = 'Only its author can publish it.';
    end if;

    update projects as p
    set is_featured = p_is_featured
    where p.id = p_project_id and p.is_featured <> p_is_featured;
end;
$$;

comment on function feature_project is 'Recommends a public project, or takes that back.';
revoke all on function feature_project from public;
grant execute on function feature_project to pgacademy_admin;
