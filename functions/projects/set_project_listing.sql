-- set_project_listing: keeps is_listed with what it follows from in the row itself.
--
-- What it follows from elsewhere is the business of relist_projects(). A project whose course is gone for good goes on
-- without one; one that was not minted is withdrawn with it, as deleting the course would have hidden it, until its author
-- publishes it again.
--
-- called by  before-insert and before-update row trigger of projects
-- requires   project_is_listed
-- errors     none
create or replace function set_project_listing()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if tg_op = 'UPDATE' and old.course_id is not null and new.course_id is null and new.nft_token_id is null then
        new.is_public := false;
    end if;

    new.is_featured := new.is_featured and new.is_public;
    new.is_listed := project_is_listed(p_project => new);
    return new;
end;
$$;

comment on function set_project_listing is 'Trigger: decides whether others see a project.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function set_project_listing from public;
