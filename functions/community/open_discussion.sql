-- open_discussion: one discussion as a page shows it, and the note that the caller has seen it.
--
-- Everyone counts once, by a row of their own; the counter follows with fold_discussion_views(), so readers never queue.
--
-- called by  people
-- requires   require_user, require_discussion, discussion_cards
-- errors     PA401, PA403 · PA404 no such discussion
create or replace function open_discussion(
    p_discussion_id uuid
)
returns table (
    discussion_id uuid,
    course_id uuid,
    title text,
    content text,
    category text,
    tags text[],
    is_pinned boolean,
    is_solved boolean,
    is_closed boolean,
    view_count bigint,
    reply_count integer,
    upvote_count integer,
    downvote_count integer,
    author_id uuid,
    author_name text,
    my_vote text,
    solution_reply_id uuid,
    created_at timestamptz,
    edited_at timestamptz,
    last_activity_at timestamptz
)
language plpgsql
volatile
security definer -- writes discussion_views, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_discussion discussions := require_discussion(p_discussion_id => p_discussion_id);
begin
    insert into discussion_views (discussion_id, user_id)
    values (p_discussion_id, v_user_id)
    on conflict (discussion_id, user_id) do nothing;

    return query
    select
        c.discussion_id, c.course_id, c.title, v_discussion.content, c.category, c.tags, c.is_pinned, c.is_solved,
        c.is_closed, c.view_count, c.reply_count, c.upvote_count, c.downvote_count, c.author_id, c.author_name,
        c.my_vote,
        (select r.id from replies as r where r.discussion_id = p_discussion_id and r.accepted_at is not null),
        c.created_at, v_discussion.edited_at, c.last_activity_at
    from discussion_cards(p_user_id => v_user_id, p_discussion_ids => array[p_discussion_id]) as c;
end;
$$;

comment on function open_discussion is 'One discussion, for a page of its own; counts the reader once.';
revoke all on function open_discussion from public;
grant execute on function open_discussion to pgacademy_student, pgacademy_instructor, pgacademy_admin;
