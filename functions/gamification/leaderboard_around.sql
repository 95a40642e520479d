-- leaderboard_around: a person and those just above and below them on the board at this very moment.
--
-- No rows for people who are not ranked or not there. Asking about someone else is fine: the board is public.
--
-- called by  anyone signed in
-- requires   current_user_id, leaderboard_slice
-- errors     PA401 nobody is signed in and nobody is named · PA422 radius not between 0 and 100
create or replace function leaderboard_around(
    p_user_id uuid default null,
    p_radius integer default 5
)
returns table (
    rank bigint,
    user_id uuid,
    username text,
    full_name text,
    avatar_url text,
    avatar_emoji text,
    total_xp bigint,
    current_level integer
)
language plpgsql
stable
security definer -- the board is public, the counters behind it are not
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := coalesce(p_user_id, current_user_id());
begin
    if v_user_id is null then
        raise exception 'nobody is signed in'
            using errcode = 'PA401', detail = 'user = null', hint = 'Sign in, or name a person.';
    end if;

    if p_radius is null or p_radius not between 0 and 100 then
        raise exception 'the radius is 0 to 100 people'
            using errcode = 'PA422',
                detail = format('radius = %s', coalesce(p_radius::text, 'null')),
                hint = 'Use leaderboard_top to read page by page.';
    end if;

    return query
    select n.*
    from user_stats as s
    cross join lateral leaderboard_slice(
        p_xp => s.total_xp, p_user_id => s.user_id, p_above => p_radius, p_below => p_radius, p_with_position => true
    ) as n
    where s.user_id = v_user_id and s.is_ranked;
end;
$$;

comment on function leaderboard_around is 'A person and their neighbours on the board now, with exact ranks.';
revoke all on function leaderboard_around from public;
grant execute on function leaderboard_around to
pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service;
