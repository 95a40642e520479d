-- leaderboard_slice: the rows of the live board above and below a position, with their exact ranks.
--
-- A position is (XP, person), best first and ties by person, as the index has it; a null one is the top. Every branch
-- is a range of that index. Within the slice a rank follows from the rank of the first XP in it and of the second
-- one, for below those all people in between are in the slice; so nobody counts the people who share the first.
--
-- called by  leaderboard_top, leaderboard_around
-- requires   rank_at, calculate_user_level
-- errors     none
create or replace function leaderboard_slice(
    p_xp bigint,
    p_user_id uuid,
    p_above integer,
    p_below integer,
    p_with_position boolean
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
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    -- Above everyone: no total can be as high.
    v_xp bigint := coalesce(p_xp, 9223372036854775807);
begin
    return query
    with slice as materialized (
        (
            select a.total_xp, a.user_id
            from (
                (
                    select s.total_xp, s.user_id
                    from user_stats as s
                    where s.is_ranked and s.total_xp = v_xp and s.user_id < p_user_id
                    order by s.user_id desc
                    limit p_above
                )
                union all
                (
                    select s.total_xp, s.user_id
                    from user_stats as s
                    where s.is_ranked and s.total_xp > v_xp
                    order by s.total_xp, s.user_id desc
                    limit p_above
                )
            ) as a
            order by a.total_xp, a.user_id desc
            limit p_above
        )
        union all
        (
            select s.total_xp, s.user_id
            from user_stats as s
            where p_with_position and s.is_ranked and s.total_xp = v_xp and s.user_id = p_user_id
        )
        union all
        (
            select b.total_xp, b.user_id
            from (
                (
                    select s.total_xp, s.user_id
                    from user_stats as s
                    where s.is_ranked and s.total_xp = v_xp and s.user_id > p_user_id
                    order by s.user_id
                    limit p_below
                )
                union all
                (
                    select s.total_xp, s.user_id
                    from user_stats as s
                    where s.is_ranked and s.total_xp < v_xp
                    order by s.total_xp desc, s.user_id
                    limit p_below
                )
            ) as b
            order by b.total_xp desc, b.user_id
            limit p_below
        )
    ),

    placed as materialized (
        select s.total_xp, s.user_id, rank() over (order by s.total_xp desc) as place
        from slice as s
    ),

    anchors as materialized (
        select
            rank_at(p_total_xp => f.total_xp) as first_rank,
            f.second_place,
            rank_at(p_total_xp => f.second_xp) as second_rank
        from (
            select
                max(p.total_xp) as total_xp,
                min(p.place) filter (where p.place > 1) as second_place,
                max(p.total_xp) filter (where p.place > 1) as second_xp
            from placed as p
        ) as f
        -- From the top the place is the rank.
        where p_xp is not null
    )

    select
        case
            when p_xp is null then p.place
            when p.place = 1 then (select a.first_rank from anchors as a)
            else (select a.second_rank + p.place - a.second_place from anchors as a)
        end,
        p.user_id,
        pp.username,
        pp.full_name,
        pp.avatar_url,
        pp.avatar_emoji,
        p.total_xp,
        calculate_user_level(p_total_xp => p.total_xp)
    from placed as p
    left join public_profiles as pp on pp.user_id = p.user_id
    order by p.total_xp desc, p.user_id;
end;
$$;

comment on function leaderboard_slice is 'Rows of the live board around a position, with exact ranks.';
-- Granted to nobody: a helper of the boards.
revoke all on function leaderboard_slice from public;
