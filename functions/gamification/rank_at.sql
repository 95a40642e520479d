-- rank_at: the rank of somebody who has so much XP: one more than the ranked people who have more.
--
-- Whole heights of 10,000 XP above, whole heights of 100 in the same 10,000, the changes not folded in yet, and the
-- people above within the same 100, counted in the index. Declared stable, so that all of it is read in the one
-- snapshot of the calling query, in which the sum is exact.
--
-- called by  live_rank, leaderboard_slice
-- errors     none
create or replace function rank_at(
    p_total_xp bigint
)
returns bigint
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_bucket bigint := p_total_xp / 100;
    v_wide bigint := p_total_xp / 10000;
begin
    return 1
        + coalesce((
            select sum(b.people)::bigint
            from xp_rank_buckets as b
            where b.width = 10000 and b.bucket > v_wide
        ), 0)
        + coalesce((
            select sum(b.people)::bigint
            from xp_rank_buckets as b
            where b.width = 100 and b.bucket > v_bucket and b.bucket < (v_wide + 1) * 100
        ), 0)
        + coalesce((
            select sum(d.people)::bigint
            from xp_rank_deltas as d
            where d.bucket > v_bucket
        ), 0)
        + (
            select count(*)
            from user_stats as s
            where s.is_ranked and s.total_xp > p_total_xp and s.total_xp < (v_bucket + 1) * 100
        );
end;
$$;

comment on function rank_at is 'The rank of somebody with so much XP, exact in the snapshot of the calling query.';
-- Granted to nobody: read inside procedures.
revoke all on function rank_at from public;
