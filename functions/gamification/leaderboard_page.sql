-- leaderboard_page: a page of the board as of the last refresh, by all XP or that of the week or month.
--
-- Always read by the generation the pointer names (without it the index is of no use below PostgreSQL 18). Who opted
-- out or left since the refresh is not shown. The next page begins after the rank and the person of the last row.
--
-- called by  anyone
-- requires   require_limit; refresh_leaderboard has run
-- errors     PA422 unknown period, limit not between 1 and 1000, half a position
create or replace function leaderboard_page(
    p_period text default 'all_time',
    p_limit integer default 10,
    p_after_rank bigint default null,
    p_after_user_id uuid default null
)
returns table (
    rank bigint,
    user_id uuid,
    username text,
    full_name text,
    avatar_url text,
    avatar_emoji text,
    xp bigint,
    period_start date,
    calculated_at timestamptz
)
language plpgsql
stable
security definer -- anonymous visitors read the board, not the table
set search_path from current
as $$
#variable_conflict use_column
declare
    v_generation bigint;
    -- Before the first row.
    v_rank bigint := coalesce(p_after_rank, 0);
    v_user_id uuid := coalesce(p_after_user_id, '00000000-0000-0000-0000-000000000000');
begin
    if p_period is null or p_period not in ('all_time', 'weekly', 'monthly') then
        raise exception 'no such period'
            using errcode = 'PA422',
                detail = format('period = %s', coalesce(left(p_period, 60), 'null')),
                hint = 'Use all_time, weekly or monthly.';
    end if;

    perform require_limit(p_limit => p_limit, p_max => 1000);

    if (p_after_rank is null) <> (p_after_user_id is null) then
        raise exception 'a position on the board is a rank and a person'
            using errcode = 'PA422',
                detail = format('after_rank = %s, after_user_id = %s', p_after_rank, p_after_user_id),
                hint = 'Pass rank and user_id of the last row of the page before, or neither.';
    end if;

    -- Stable: this and the page are read in one snapshot.
    select g.generation into v_generation from leaderboard_generation as g;

    if p_period = 'all_time' then
        return query
        select
            c.all_time_rank, c.user_id, pp.username, pp.full_name, pp.avatar_url, pp.avatar_emoji,
            c.all_time_xp, null::date, c.calculated_at
        from leaderboard_cache as c
        inner join user_stats as s on s.user_id = c.user_id and s.is_ranked
        left join public_profiles as pp on pp.user_id = c.user_id
        where c.generation = v_generation and (c.all_time_rank, c.user_id) > (v_rank, v_user_id)
        order by c.all_time_rank, c.user_id
        limit p_limit;
    elsif p_period = 'weekly' then
        return query
        select
            c.weekly_rank, c.user_id, pp.username, pp.full_name, pp.avatar_url, pp.avatar_emoji,
            c.weekly_xp, c.week_start_date, c.calculated_at
        from leaderboard_cache as c
        inner join user_stats as s on s.user_id = c.user_id and s.is_ranked
        left join public_profiles as pp on pp.user_id = c.user_id
        where c.generation = v_generation and (c.weekly_rank, c.user_id) > (v_rank, v_user_id)
        order by c.weekly_rank, c.user_id
        limit p_limit;
    else
        return query
        select
            c.monthly_rank, c.user_id, pp.username, pp.full_name, pp.avatar_url, pp.avatar_emoji,
            c.monthly_xp, c.month_start_date, c.calculated_at
        from leaderboard_cache as c
        inner join user_stats as s on s.user_id = c.user_id and s.is_ranked
        left join public_profiles as pp on pp.user_id = c.user_id
        where c.generation = v_generation and (c.monthly_rank, c.user_id) > (v_rank, v_user_id)
        order by c.monthly_rank, c.user_id
        limit p_limit;
    end if;
end;
$$;

comment on function leaderboard_page is
'A page of the board as of the last refresh, for all time, the week or the month.';
revoke all on function leaderboard_page from public;
grant execute on function leaderboard_page to
pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service;
