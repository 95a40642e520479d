-- require_own_project: the caller's project, locked for them; with p_or_admin an administrator's every project.
--
-- What is somebody else's is answered as what is not there, public or not.
--
-- called by  update_project, publish_project, unpublish_project, delete_project
-- requires   require_user, acting_in, lock_unerased
-- errors     PA401, PA403 from require_user · PA404 no such project of the caller's
create or replace function require_own_project(
    p_project_id uuid,
    p_or_admin boolean default false
)
returns projects
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_is_admin boolean := p_or_admin and acting_in(p_role => 'admin') and not acting_in(p_role => 'student');
    v_user_id uuid := require_user(p_role => case when v_is_admin then 'admin' else 'student' end);
    v_project projects;
begin
    -- The person before the project, as the end of their account takes them; what is written to it asks for them again.
    perform lock_unerased(p_user_id => p.user_id)
    from projects as p
    where p.id = p_project_id and (v_is_admin or p.user_id = v_user_id);

    select p.*
    into v_project
    from projects as p
    where p.id = p_project_id and (v_is_admin or p.user_id = v_user_id)
    for no key update;

    if not found then
        raise exception 'there is no such project'
            using errcode = 'PA404', detail = format('project_id = %s', coalesce(p_project_id::text, 'null')),
                hint = 'Look it up among your own: v_my_projects lists them.';
    end if;

    return v_project;
end;
$$;

comment on function require_own_project is 'Internal: a project that the caller may change, locked for them.';
-- Granted to nobody: part of procedures.
revoke all on function require_own_project from public;
