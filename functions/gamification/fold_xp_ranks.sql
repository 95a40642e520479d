-- fold_xp_ranks: folds the noted changes into the histogram, so that live_rank has less to add up.
--
-- Changes disappear from one table and appear in the other in the same transaction: every snapshot sees each once.
-- Two folds at once share the changes between them (skip locked), and add to a height one after the other, in one
-- order.
--
-- called by  refresh_leaderboard; a job, every minute or so
-- requires   require_service
-- errors     PA403 not the service
create or replace function fold_xp_ranks()
returns bigint
language plpgsql
volatile
security definer -- writes tables that no platform role may see
set search_path from current
as $$
#variable_conflict use_column
declare
    v_changes bigint;
begin
    perform require_service();

    with free as (
        select d.id
        from xp_rank_deltas as d
        for update skip locked
    ),

    taken as (
        delete from xp_rank_deltas as d
        using free as f
        where d.id = f.id
        returning d.bucket, d.people
    ),

    sums as (
        select
            w.width,
            t.bucket * 100 / w.width as bucket,
            sum(t.people)::bigint as people
        from taken as t
        cross join (values (100), (10000)) as w (width)
        group by w.width, t.bucket * 100 / w.width
        having sum(t.people) <> 0
        order by 1, 2
    ),

    folded as (
        insert into xp_rank_buckets as b (width, bucket, people)
        select s.width, s.bucket, s.people
        from sums as s
        on conflict (width, bucket) do update
        set people = b.people + excluded.people
        returning b.width
    )

    select (select count(*) from taken) + 0 * (select count(*) from folded)
    into v_changes;

    return v_changes;
end;
$$;

comment on function fold_xp_ranks is 'Folds noted rank changes into the histogram; returns how many.';
revoke all on function fold_xp_ranks from public;
grant execute on function fold_xp_ranks to pgacademy_service;
