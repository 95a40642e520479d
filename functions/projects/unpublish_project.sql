-- unpublish_project: nobody else sees the project any more, nor is it featured. Its likes and views are kept. What
-- an administrator hid, only an administrator shows again.
--
-- called by  learners, of their own; administrators, of any
-- requires   require_own_project, withheld_after
-- errors     PA401, PA403 from require_user · PA404 no such project of the caller's
create or replace function unpublish_project(
    p_project_id uuid
)
returns void
language plpgsql
volatile
security definer -- updates projects, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_own_project(p_project_id => p_project_id, p_or_admin => true);

    update projects as p
    set is_public = false, withheld_at = withheld_after(p.withheld_at, false)
    where p.id = p_project_id;
end;
$$;

comment on function unpublish_project is 'Hides a project from others.';
revoke all on function unpublish_project from public;
grant execute on function unpublish_project to pgacademy_student, pgacademy_admin;
