-- discussion_cards: discussions as lists show them, in the order given. What the caller may see was decided before.
--
-- called by  list_discussions, search_discussions, open_discussion
-- errors     none
create or replace function discussion_cards(
    p_user_id uuid,
    p_discussion_ids uuid[]
)
returns table (
    place bigint,
    discussion_id uuid,
    course_id uuid,
    title text,
    excerpt text,
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
    created_at timestamptz,
    last_activity_at timestamptz
)
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return query
    select
        i.place, d.id, d.course_id, d.title, left(d.content, 200), d.category, d.tags, s.is_pinned, s.is_solved,
        d.closed_at is not null, s.view_count, s.reply_count, s.upvote_count, s.downvote_count,
        d.author_id, coalesce(p.full_name, p.username), v.vote_type, d.created_at, s.last_activity_at
    from unnest(p_discussion_ids) with ordinality as i (discussion_id, place)
    inner join discussions as d on d.id = i.discussion_id
    inner join discussion_stats as s on s.discussion_id = i.discussion_id
    left join public_profiles as p on p.user_id = d.author_id
    left join discussion_votes as v on v.user_id = p_user_id and v.discussion_id = i.discussion_id and v.reply_id is null
    order by i.place;
end;
$$;

comment on function discussion_cards is 'Internal: discussions as lists show them, in the order given.';
-- Granted to nobody: it believes that the caller may see them.
revoke all on function discussion_cards from public;
