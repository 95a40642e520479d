-- record_project_view: somebody looked at a project that others see, signed in or not. An author's own look does not count.
--
-- Appended, never updated: nobody waits, neither for others who look nor for who likes it. fold_project_views() brings it
-- into view_count. Every call counts: what is a view, and that one visitor is not counted a thousand times, is for the
-- application to say, which knows its visitors.
--
-- called by  anyone
-- requires   current_user_id
-- errors     28000 from verified_identity · PA404 no such project, or not to be seen
create or replace function record_project_view(
    p_project_id uuid
)
returns void
language plpgsql
volatile
security definer -- inserts into project_view_deltas, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_author_id uuid;
begin
    select p.user_id into v_author_id from projects as p where p.id = p_project_id and p.is_listed;

    if not found then
        raise exception 'there is no such project'
            using errcode = 'PA404', detail = format('project_id = %s', coalesce(p_project_id::text, 'null')),
                hint = 'It may have been unpublished or deleted: list_projects() shows what can be seen.';
    end if;

    if v_author_id is distinct from current_user_id() then
        insert into project_view_deltas (project_id) values (p_project_id);
    end if;
end;
$$;

comment on function record_project_view is 'Notes that somebody looked at a project.';
revoke all on function record_project_view from public;
grant execute on function record_project_view to
pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin;
