-- unlike_project: the caller no longer likes a project, also one that has been unpublished since. Where there was no like,
-- nothing changes.
--
-- called by  learners, instructors
-- requires   require_user
-- errors     PA401, PA403 from require_user · PA404 no such project, or neither to be seen nor liked
create or replace function unlike_project(
    p_project_id uuid
)
returns table (like_count integer, was_liked boolean)
language plpgsql
volatile
security definer -- deletes from project_likes, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
begin
    -- Before the like, as in like_project().
    perform
    from projects as p
    where
        p.id = p_project_id
        and (
            p.is_listed
            or exists (select from project_likes as l where l.project_id = p.id and l.user_id = v_user_id)
        )
    for no key update of p;

    if not found then
        raise exception 'there is no such project'
            using errcode = 'PA404', detail = format('project_id = %s', coalesce(p_project_id::text, 'null')),
                hint = 'It may have been unpublished or deleted: list_projects() shows what can be seen.';
    end if;

    delete from project_likes as l where l.project_id = p_project_id and l.user_id = v_user_id;

    was_liked := found;

    select p.like_count into like_count from projects as p where p.id = p_project_id;
    return next;
end;
$$;

comment on function unlike_project is 'The caller no longer likes a project; returns how many do.';
revoke all on function unlike_project from public;
grant execute on function unlike_project to pgacademy_student, pgacademy_instructor;
