-- leaderboard_top: the best people by total XP at this very moment.
--
-- Ties share a rank and are listed by person. The next page begins after the XP and the person of the last row.
--
-- called by  anyone
-- requires   leaderboard_slice, require_limit
-- errors     PA422 limit not between 1 and 1000, half a position
create or replace function leaderboard_top(
    p_limit integer default 10,
    p_after_xp bigint default null,
    p_after_user_id uuid default null
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
begin
    perform require_limit(p_limit => p_limit, p_max => 1000);

    if (p_after_xp is null) <> (p_after_user_id is null) then
        raise exception 'a position on the board is an amount of XP and a person'
            using errcode = 'PA422',
                detail = format('after_xp = %s, after_user_id = %s', p_after_xp, p_after_user_id),
                hint = 'Pass total_xp and user_id of the last row of the page before, or neither.';
    end if;

    return query
    select s.*
    from leaderboard_slice(
        p_xp => p_after_xp, p_user_id => p_after_user_id, p_above => 0, p_below => p_limit, p_with_position => false
    ) as s;
end;
$$;

comment on function leaderboard_top is 'The best people by XP now, page by page, with exact ranks.';
revoke all on function leaderboard_top from public;
grant execute on function leaderboard_top to
pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service;
