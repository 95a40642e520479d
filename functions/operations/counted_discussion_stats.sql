-- counted_discussion_stats: what the counters of discussions should say, counted from what they cache.
--
-- p_discussion_ids limits it to some; null counts all.
--
-- called by  community_findings, repair_discussions
-- errors     none
create or replace function counted_discussion_stats(
    p_discussion_ids uuid[] default null
)
returns table (
    discussion_id uuid,
    course_id uuid,
    is_solved boolean,
    view_count bigint,
    reply_count integer,
    upvote_count integer,
    downvote_count integer
)
language sql
stable
security invoker
begin atomic
    select
        d.id,
        d.course_id,
        coalesce(r.is_solved, false),
        coalesce(s.readers, 0),
        coalesce(r.replies, 0)::integer,
        coalesce(v.up, 0)::integer,
        coalesce(v.down, 0)::integer
    from discussions as d
    left join (
        select
            n.discussion_id,
            bool_or(n.accepted_at is not null) as is_solved,
            count(*) filter (where n.deleted_at is null) as replies
        from replies as n
        group by n.discussion_id
    ) as r on r.discussion_id = d.id
    left join (
        select n.discussion_id, count(*) as readers from discussion_views as n where n.is_counted group by n.discussion_id
    ) as s on s.discussion_id = d.id
    left join (
        select
            n.discussion_id,
            count(*) filter (where n.vote_type = 'up') as up,
            count(*) filter (where n.vote_type = 'down') as down
        from discussion_votes as n
        where n.discussion_id is not null
        group by n.discussion_id
    ) as v on v.discussion_id = d.id
    where p_discussion_ids is null or d.id = any(p_discussion_ids);
end;

comment on function counted_discussion_stats is 'Internal: the counters of discussions, counted anew.';
-- Granted to nobody: it counts other people's rows.
revoke all on function counted_discussion_stats from public;
