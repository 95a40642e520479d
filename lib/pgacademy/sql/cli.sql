-- name: add_key
select add_signing_key(p_key_id => %(key_id)s, p_secret => %(secret)s)

-- name: list_keys
select
    k.key_id,
    k.created_at,
    k.retired_at
from signing_keys as k
order by k.created_at

-- name: retire_key
select retire_signing_key(p_key_id => %(key_id)s, p_allow_unsigned => %(allow_unsigned)s)

-- name: leaderboard_now
select
    b.rank,
    b.username,
    b.full_name,
    b.total_xp,
    b.current_level
from leaderboard_top(p_limit => %(limit)s) as b

-- name: leaderboard_page
select
    b.rank,
    b.username,
    b.full_name,
    b.xp
from leaderboard_page(p_period => %(period)s, p_limit => %(limit)s) as b

-- name: refresh
select
    r.generation,
    r.people,
    r.calculated_at
from refresh_leaderboard() as r
