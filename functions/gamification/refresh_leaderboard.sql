-- refresh_leaderboard: ranks everyone anew, for all time, the week and the month.
--
-- One transaction of plain rows: the pointer moves first, which is also what a second refresh waits for (or fails
-- against, above READ COMMITTED); then a new generation is inserted and the old one deleted. A reader sees the old
-- pointer with the old rows or the new with the new, whatever the age of its snapshot, and waits for nobody. A
-- person's period XP counts only if the period they hold is the current one. The unranked are not in it.
--
-- called by  a job, every minute or so
-- requires   require_service, require_moment, school_zone, fold_xp_ranks
-- errors     PA403 not the service · PA422 a time in the future
create or replace function refresh_leaderboard(
    p_as_of timestamptz default null
)
returns table (generation bigint, people bigint, calculated_at timestamptz)
language plpgsql
volatile
security definer -- writes leaderboard_cache, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_local timestamp := require_moment(p_at => p_as_of) at time zone school_zone();
    v_week date := date_trunc('week', v_local)::date;
    v_month date := date_trunc('month', v_local)::date;
    v_generation bigint;
    v_people bigint;
begin
    perform require_service();

    update leaderboard_generation as g
    set
        generation = g.generation + 1,
        week_start_date = v_week,
        month_start_date = v_month,
        calculated_at = v_now
    where g.is_current
    returning g.generation into v_generation;

    insert into leaderboard_cache (
        generation, user_id, all_time_rank, all_time_xp, weekly_rank, weekly_xp, monthly_rank, monthly_xp,
        week_start_date, month_start_date, calculated_at
    )
    select
        v_generation,
        p.user_id,
        rank() over (order by p.total_xp desc),
        p.total_xp,
        rank() over (order by p.weekly_xp desc),
        p.weekly_xp,
        rank() over (order by p.monthly_xp desc),
        p.monthly_xp,
        v_week,
        v_month,
        v_now
    from (
        select
            s.user_id,
            s.total_xp,
            case when s.week_start = v_week then s.weekly_xp else 0 end as weekly_xp,
            case when s.month_start = v_month then s.monthly_xp else 0 end as monthly_xp
        from user_stats as s
        where s.is_ranked
    ) as p;

    get diagnostics v_people = row_count;

    delete from leaderboard_cache as c
    where c.generation < v_generation;

    -- Last, in the order of locks: so that a school that runs only this job keeps its live ranks quick, too.
    perform fold_xp_ranks();

    return query select v_generation, v_people, v_now;
end;
$$;

comment on function refresh_leaderboard is 'Ranks everyone anew; returns the generation, how many people, and when.';
revoke all on function refresh_leaderboard from public;
grant execute on function refresh_leaderboard to pgacademy_service;
