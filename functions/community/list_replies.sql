-- list_replies: the replies of a discussion as a tree, depth first, the oldest first on each level, page by page.
--
-- That is the order of their paths, so no page costs more than the first. A reply that was taken down is shown as a gap,
-- without author and text, for what answers it stands under it.
--
-- called by  people
-- requires   require_user, require_discussion, require_limit
-- errors     PA401, PA403 · PA404 no such discussion, no such reply in p_after · PA422 p_limit not 1 to 100
create or replace function list_replies(
    p_discussion_id uuid,
    p_limit integer default 50,
    p_after uuid default null
)
returns table (
    reply_id uuid,
    parent_reply_id uuid,
    depth smallint,
    author_id uuid,
    author_name text,
    content text,
    is_solution boolean,
    is_deleted boolean,
    upvote_count integer,
    downvote_count integer,
    my_vote text,
    created_at timestamptz,
    edited_at timestamptz
)
language plpgsql
stable
security definer -- shows gaps where replies were taken down, which policies hide
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_after uuid[] := array[]::uuid[];
begin
    perform require_limit(p_limit => p_limit, p_max => 100);

    perform require_discussion(p_discussion_id => p_discussion_id);

    if p_after is not null then
        select r.path into v_after from replies as r where r.id = p_after and r.discussion_id = p_discussion_id;

        if not found then
            raise exception 'there is no such reply to go on after'
                using errcode = 'PA404', detail = format('after = %s', p_after),
                    hint = 'Give the reply_id of the last row of the page before.';
        end if;
    end if;

    return query
    select
        r.id, r.parent_reply_id, r.depth,
        case when r.deleted_at is null then r.author_id end,
        case when r.deleted_at is null then coalesce(p.full_name, p.username) end,
        case when r.deleted_at is null then r.content end,
        r.is_solution, r.deleted_at is not null, r.upvote_count, r.downvote_count, v.vote_type, r.created_at, r.edited_at
    from (
        select n.*
        from replies as n
        where n.discussion_id = p_discussion_id and n.path > v_after
        order by n.path
        limit p_limit
    ) as r
    left join public_profiles as p on p.user_id = r.author_id
    left join discussion_votes as v on v.user_id = v_user_id and v.discussion_id is null and v.reply_id = r.id
    order by r.path;
end;
$$;

comment on function list_replies is 'The replies of a discussion, depth first, a page at a time.';
revoke all on function list_replies from public;
grant execute on function list_replies to pgacademy_student, pgacademy_instructor, pgacademy_admin;
