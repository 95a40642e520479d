-- relist_projects: a course or a person is hidden or comes back, and their projects with them. TG_ARGV says which.
--
-- Every project concerned is written, changed or not, in the order of their ids: whoever changes one at the same moment
-- comes before and is seen, or after and sees, or holds an older snapshot and fails with 40001. New ones queue on the
-- course (lock_course) and on their author (project_authors), which is therefore written first.
--
-- called by  after-update row triggers of courses and users
-- errors     none
create or replace function relist_projects()
returns trigger
language plpgsql
volatile
security definer -- writes projects for whoever hides a course or a person
set search_path from current
as $$
#variable_conflict use_column
begin
    if tg_argv[0] = 'person' then
        insert into project_authors as a (user_id)
        values (new.id)
        on conflict (user_id) do update
        set last_created_at = a.last_created_at;

        perform from projects as p where p.user_id = new.id order by p.id for no key update;
        update projects as p set is_listed = p.is_listed where p.user_id = new.id;
    else
        perform from projects as p
        where p.course_id = new.id and p.nft_token_id is null
        order by p.id
        for no key update;

        update projects as p set is_listed = p.is_listed where p.course_id = new.id and p.nft_token_id is null;
    end if;

    return null;
end;
$$;

comment on function relist_projects is 'Trigger: the projects of a course or a person follow it out of sight and back.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function relist_projects from public;
