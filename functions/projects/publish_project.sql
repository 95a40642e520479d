-- publish_project: from now on others see the project. Publishing twice changes nothing.
--
-- Returns whether they do: not while its course is hidden or deleted, unless it is minted.
--
-- Administrators show what administrators have hidden, and nothing else of other people's.
--
-- called by  learners, administrators
-- requires   require_own_project, verified_identity, withheld_after
-- errors     PA401, PA403 from require_user · PA404 no such project of the caller's · PA403 an administrator hid it ·
--            PA409 an administrator, and nobody hid it
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
    v_project projects := require_own_project(p_project_id => p_project_id, p_or_admin => true);
    v_is_listed boolean;
begin
    if v_project.user_id is distinct from verified_identity() and v_project.withheld_at is null then
        raise exception 'nobody hid this project'
            using errcode = 'PA409', detail = format('project_id = %s', p_project_id), hint = 'Only its author publishes it.';
    end if;

    update projects as p
    set is_public = true, withheld_at = withheld_after(p.withheld_at, true)
    where p.id = p_project_id
    returning p.is_listed into v_is_listed;

    return v_is_listed;
end;
$$;

comment on function publish_project is 'Shows one''s own project to others; returns whether they see it.';
revoke all on function publish_project from public;
grant execute on function publish_project to pgacademy_student, pgacademy_admin;
