-- repair_discussions: mends the counters of discussions and replies that verify_integrity has found.
--
-- Locked first, counted in a new statement. A vote for oneself is no cache: it stays, and stays reported.
--
-- called by  repair_counters, before it takes user_stats
-- requires   counted_discussion_stats, counted_reply_votes
-- errors     none
create or replace function repair_discussions(
    p_found jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_ids uuid[];
begin
    insert into discussion_stats (discussion_id, course_id, last_activity_at, created_at)
    select d.id, d.course_id, d.created_at, d.created_at from discussions as d
    where not exists (select from discussion_stats as s where s.discussion_id = d.id)
    on conflict (discussion_id) do nothing;

    select coalesce(array_agg(distinct f.row_id::uuid), '{}')
    into v_ids
    from jsonb_to_recordset(p_found) as f (table_name text, row_id text)
    where f.table_name = 'discussion_stats';

    perform from discussion_stats as s where s.discussion_id = any(v_ids) order by s.discussion_id for update;

    update discussion_stats as s
    set
        course_id = c.course_id,
        is_solved = c.is_solved,
        view_count = c.view_count,
        reply_count = c.reply_count,
        upvote_count = c.upvote_count,
        downvote_count = c.downvote_count
    from counted_discussion_stats(p_discussion_ids => v_ids) as c
    where s.discussion_id = c.discussion_id;

    select coalesce(array_agg(distinct f.row_id::uuid), '{}')
    into v_ids
    from jsonb_to_recordset(p_found) as f (table_name text, row_id text)
    where f.table_name = 'replies';

    perform from replies as r where r.id = any(v_ids) order by r.id for update;

    update replies as r
    set upvote_count = c.upvote_count, downvote_count = c.downvote_count
    from counted_reply_votes(p_reply_ids => v_ids) as c
    where r.id = c.reply_id;
end;
$$;

comment on function repair_discussions is 'Internal: mends the counters of discussions and replies.';
-- Granted to nobody: a part of repair_counters.
revoke all on function repair_discussions from public;
