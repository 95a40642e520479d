-- counted_deeds: what the counters of deeds in user_stats should say, counted from the rows they cache: one row for
-- every person and metric with more than none.
--
-- The other end of count_deed: a domain that counts a deed adds here how it is counted. p_user_ids limits it to some
-- people; null counts everyone.
--
-- called by  verify_integrity, repair_counters
-- errors     none
create or replace function counted_deeds(
    p_user_ids uuid[] default null
)
returns table (user_id uuid, metric text, value integer)
language sql
stable
security invoker
set search_path from current
as $$
    select
        s.user_id,
        'exercises_completed',
        count(*)::integer
    from exercise_submissions as s
    where s.first_pass and (p_user_ids is null or s.user_id = any(p_user_ids))
    group by s.user_id
    union all
    select
        a.user_id,
        'quizzes_passed',
        count(*)::integer
    from quiz_attempts as a
    where a.first_pass and (p_user_ids is null or a.user_id = any(p_user_ids))
    group by a.user_id
    union all
    select
        f.user_id,
        'certificates_earned',
        count(*)::integer
    from certificates as f
    where f.revoked_at is null and (p_user_ids is null or f.user_id = any(p_user_ids))
    group by f.user_id
    union all
    select p.user_id, 'projects_created', count(*)::integer
    from (
        select g.user_id from projects as g
        union all
        select d.user_id from deleted_projects as d
    ) as p
    where p_user_ids is null or p.user_id = any(p_user_ids)
    group by p.user_id
    union all
    select p.user_id, 'projects_minted', count(*)::integer
    from projects as p
    where p.nft_token_id is not null and (p_user_ids is null or p.user_id = any(p_user_ids))
    group by p.user_id
    union all
    -- What was taken down since was started and posted all the same.
    select
        d.author_id,
        'discussions_started',
        count(*)::integer
    from discussions as d
    where p_user_ids is null or d.author_id = any(p_user_ids)
    group by d.author_id
    union all
    select
        r.author_id,
        'replies_posted',
        count(*)::integer
    from replies as r
    where p_user_ids is null or r.author_id = any(p_user_ids)
    group by r.author_id
    union all
    select
        r.author_id,
        'solutions_accepted',
        count(*)::integer
    from replies as r
    where r.solution_counts and (p_user_ids is null or r.author_id = any(p_user_ids))
    group by r.author_id
    union all
    select
        coalesce(d.author_id, r.author_id),
        'votes_received',
        count(*)::integer
    from discussion_votes as v
    left join discussions as d on d.id = v.discussion_id
    left join replies as r on r.id = v.reply_id
    where v.vote_type = 'up' and (p_user_ids is null or coalesce(d.author_id, r.author_id) = any(p_user_ids))
    group by coalesce(d.author_id, r.author_id)
    union all
    select
        l.user_id,
        'reviews_completed',
        count(*)::integer
    from review_logs as l
    where l.was_due and (p_user_ids is null or l.user_id = any(p_user_ids))
    group by l.user_id;
$$;

comment on function counted_deeds is 'Internal: the counters of deeds in user_stats, counted anew.';
-- Granted to nobody: it counts other people's rows.
revoke all on function counted_deeds from public;
