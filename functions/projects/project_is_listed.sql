-- project_is_listed: whether others see a project. The only place that says so.
--
-- Public; its author a living, active person; and its course not hidden or deleted, unless the project was minted: what
-- has a token outlives its course. In PL/pgSQL, which keeps its plans.
--
-- called by  set_project_listing, counted_projects
-- errors     none
create or replace function project_is_listed(
    p_project projects
)
returns boolean
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return p_project.is_public
        and exists (
            select from users as u where u.id = p_project.user_id and u.is_active and u.deleted_at is null
        )
        and (
            p_project.nft_token_id is not null
            or p_project.course_id is null
            or exists (
                select from courses as c where c.id = p_project.course_id and c.is_active and c.deleted_at is null
            )
        );
end;
$$;

comment on function project_is_listed is 'Internal: whether others see a project.';
-- Granted to nobody: it reads people and courses whatever the caller may see.
revoke all on function project_is_listed from public;
