-- like_project: the caller likes a project that others see; liking it again changes nothing. One's own cannot be liked.
--
-- Likes of one project wait for each other, on its row, which is taken before theirs: in the other order a like and a
-- deletion would wait for each other. So the count is exact, and so is the one returned.
--
-- called by  learners, instructors
-- requires   require_user
-- errors     PA401, PA403 from require_user · PA404 no such project, or not to be seen · PA409 one's own
create or replace function like_project(
    p_project_id uuid
)
returns table (like_count integer, already_liked boolean)
language plpgsql
volatile
security definer -- inserts into project_likes, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_author_id uuid;
begin
    select p.user_id
    into v_author_id
    from projects as p
    where p.id = p_project_id and p.is_listed
    for no key update;

    if not found then
        raise exception 'there is no such project'
            using errcode = 'PA404', detail = format('project_id = %s', coalesce(p_project_id::text, 'null')),
                hint = 'It may have been unpublished or deleted: list_projects() shows what can be seen.';
    end if;

    if v_author_id = v_user_id then
        raise exception 'one''s own project cannot be liked'
            using errcode = 'PA409', detail = format('project_id = %s', p_project_id), hint = 'Leave that to others.';
    end if;

    insert into project_likes (project_id, user_id)
    values (p_project_id, v_user_id)
    on conflict (project_id, user_id) do nothing;

    already_liked := not found;

    select p.like_count into like_count from projects as p where p.id = p_project_id;
    return next;
end;
$$;

comment on function like_project is 'The caller likes a project, once; returns how many do.';
revoke all on function like_project from public;
grant execute on function like_project to pgacademy_student, pgacademy_instructor;
