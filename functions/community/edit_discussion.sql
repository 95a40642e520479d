-- edit_discussion: the author says it better. What is null stays as it is.
--
-- Nobody edits another's words, staff neither: they take it down.
--
-- called by  people
-- requires   require_user, require_discussion, check_post
-- errors     PA401 · PA403 another's · PA404 no such discussion · PA409 closed · PA422 from check_post
create or replace function edit_discussion(
    p_discussion_id uuid,
    p_title text default null,
    p_content text default null,
    p_category text default null,
    p_tags text[] default null
)
returns void
language plpgsql
volatile
security definer -- writes discussions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_discussion discussions := require_discussion(p_discussion_id => p_discussion_id);
    v_now timestamptz := now();
    v_tags text[];
begin
    if v_discussion.author_id <> v_user_id then
        raise exception 'this is somebody else''s discussion'
            using errcode = 'PA403', detail = format('discussion_id = %s', p_discussion_id), hint = 'Reply to it instead.';
    end if;

    v_tags := check_post(p_content => p_content, p_title => p_title, p_category => p_category, p_tags => p_tags);

    update discussions as d
    set
        title = coalesce(p_title, d.title),
        content = coalesce(p_content, d.content),
        category = coalesce(p_category, d.category),
        tags = coalesce(v_tags, d.tags),
        edited_at = v_now
    where d.id = p_discussion_id and d.closed_at is null and d.deleted_at is null;

    if not found then
        raise exception 'the discussion is closed'
            using errcode = 'PA409', detail = format('discussion_id = %s', p_discussion_id),
                hint = 'Staff can open it again.';
    end if;
end;
$$;

comment on function edit_discussion is 'Changes the caller''s own discussion; null leaves a part as it is.';
revoke all on function edit_discussion from public;
grant execute on function edit_discussion to pgacademy_student, pgacademy_instructor, pgacademy_admin;
