-- publish_project: from now on others see the project. Publishing twice changes nothing.
--
-- Returns whether they do: not while its course is hidden or deleted, unless it is minted.
--
-- called by  learners
-- requires   require_own_project
-- errors     PA401, PA403 from require_user · PA404 no such project of the caller's
create or replace function publish_project(
    p_project_id uuid
)
returns boolean
language plpgsql
volatile
security definer -- updates projects, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_is_listed boolean;
begin
    perform require_own_project(p_project_id => p_project_id);

    update projects as p
    set is_public = true
    where p.id = p_project_id
    returning p.is_listed into v_is_listed;

    return v_is_listed;
end;
$$;

comment on function publish_project is 'Shows one''s own project to others; returns whether they see it.';
revoke all on function publish_project from public;
grant execute on function publish_project to pgacademy_student;
