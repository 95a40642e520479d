-- counted_reply_votes: what the counters of replies should say.
--
-- p_reply_ids limits it to some; null counts all.
--
-- called by  community_findings, repair_discussions
-- errors     none
create or replace function counted_reply_votes(
    p_reply_ids uuid[] default null
)
returns table (reply_id uuid, upvote_count integer, downvote_count integer)
language sql
stable
security invoker
begin atomic
    select r.id, coalesce(v.up, 0)::integer, coalesce(v.down, 0)::integer
    from replies as r
    left join (
        select
            n.reply_id,
            count(*) filter (where n.vote_type = 'up') as up,
            count(*) filter (where n.vote_type = 'down') as down
        from discussion_votes as n
        where n.reply_id is not null
        group by n.reply_id
    ) as v on v.reply_id = r.id
    where p_reply_ids is null or r.id = any(p_reply_ids);
end;

comment on function counted_reply_votes is 'Internal: the votes for replies, counted anew.';
-- Granted to nobody: it counts other people's rows.
revoke all on function counted_reply_votes from public;
