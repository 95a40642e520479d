-- delete_project: the project is gone, with its likes and views. That there was one stays known, and counted.
--
-- Not a minted one: its token is somebody's, and says what it stands for. It can be unpublished.
--
-- called by  learners, of their own; administrators, of any
-- requires   require_own_project
-- errors     PA401, PA403 from require_user · PA404 no such project of the caller's · PA409 it is minted
create or replace function delete_project(
    p_project_id uuid
)
returns void
language plpgsql
volatile
security definer -- deletes from projects, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_project projects := require_own_project(p_project_id => p_project_id, p_or_admin => true);
begin
    if v_project.nft_token_id is not null then
        raise exception 'a minted project cannot be deleted'
            using errcode = 'PA409', detail = format('project_id = %s, token = %s', p_project_id, v_project.nft_token_id),
                hint = 'unpublish_project() hides it.';
    end if;

    insert into deleted_projects (project_id, user_id, created_at)
    values (v_project.id, v_project.user_id, v_project.created_at);

    delete from projects as p where p.id = p_project_id;
end;
$$;

comment on function delete_project is 'Deletes a project that is not minted.';
revoke all on function delete_project from public;
grant execute on function delete_project to pgacademy_student, pgacademy_admin;
