-- counted_xp_ranks: how many ranked people there should be in every bucket of the histogram, and how many it says there are,
-- changes that are not folded in yet included. Buckets that agree are left out.
--
-- called by  verify_integrity, repair_counters
-- errors     none
create or replace function counted_xp_ranks()
returns table (width integer, bucket bigint, expected bigint, actual bigint)
language sql
stable
security invoker
begin atomic
    select
        v.width,
        v.bucket,
        sum(v.expected)::bigint,
        sum(v.actual)::bigint
    from (
        select
            w.width,
            s.total_xp / w.width as bucket,
            1 as expected,
            0 as actual
        from user_stats as s
        cross join (values (100), (10000)) as w (width)
        where s.is_ranked
        union all
        select b.width, b.bucket, 0, b.people
        from xp_rank_buckets as b
        union all
        select w.width, d.bucket * 100 / w.width, 0, d.people
        from xp_rank_deltas as d
        cross join (values (100), (10000)) as w (width)
    ) as v
    group by v.width, v.bucket
    having sum(v.expected) <> sum(v.actual);
end;

comment on function counted_xp_ranks is 'Internal: buckets of the rank histogram that are wrong, with the right number.';
-- Granted to nobody: it counts other people's rows.
revoke all on function counted_xp_ranks from public;
