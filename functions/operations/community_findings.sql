-- community_findings: what is wrong with discussions, votes and notifications.
--
-- That a reply hangs in a tree, in its own discussion, and that a vote has one target, the tables see to themselves.
--
-- called by  verify_integrity
-- requires   counted_discussion_stats, counted_reply_votes, counted_unread
-- errors     none
create or replace function community_findings()
returns table (check_name text, table_name text, row_id text, expected text, actual text)
language sql
stable
security invoker
set search_path from current
as $$
    select 'one_to_one', 'discussion_stats', d.id::text, 'a row', 'none'
    from discussions as d
    where not exists (select from discussion_stats as s where s.discussion_id = d.id)
    union all
    select 'discussion_stats.' || v.counter, 'discussion_stats', s.discussion_id::text, v.expected, v.actual
    from counted_discussion_stats() as c
    inner join discussion_stats as s on s.discussion_id = c.discussion_id
    cross join lateral (
        values
        ('course_id', coalesce(c.course_id::text, 'none'), coalesce(s.course_id::text, 'none')),
        ('is_solved', c.is_solved::text, s.is_solved::text),
        ('view_count', c.view_count::text, s.view_count::text),
        ('reply_count', c.reply_count::text, s.reply_count::text),
        ('upvote_count', c.upvote_count::text, s.upvote_count::text),
        ('downvote_count', c.downvote_count::text, s.downvote_count::text)
    ) as v (counter, expected, actual)
    where v.expected <> v.actual
    union all
    select 'replies.' || v.counter, 'replies', r.id::text, v.expected::text, v.actual::text
    from counted_reply_votes() as c
    inner join replies as r on r.id = c.reply_id
    cross join lateral (
        values
        ('upvote_count', c.upvote_count, r.upvote_count),
        ('downvote_count', c.downvote_count, r.downvote_count)
    ) as v (counter, expected, actual)
    where v.expected <> v.actual
    union all
    select 'own_vote', 'discussion_votes', v.id::text, 'a vote for somebody else', 'a vote for oneself'
    from discussion_votes as v
    left join discussions as d on d.id = v.discussion_id
    left join replies as r on r.id = v.reply_id
    where v.user_id = coalesce(d.author_id, r.author_id)
    union all
    select 'notification_counts.unread_count', 'notification_counts', u.user_id::text, u.unread::text, u.known::text
    from counted_unread() as u
    where u.unread <> u.known;
$$;

comment on function community_findings is 'Internal: what verify_integrity says of discussions, votes and notifications.';
-- Granted to nobody: it reads other people's rows.
revoke all on function community_findings from public;
