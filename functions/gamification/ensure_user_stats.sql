-- ensure_user_stats: makes the counters of a person who has none yet.
--
-- Every registration makes them, through the trigger on users; this is for people who were there before it.
--
-- called by  bump_people, lock_user_stats, add_streak_freeze
-- errors     PA404 no such person, or deleted
create or replace function ensure_user_stats(
    p_user_id uuid
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_is_ranked boolean;
begin
    -- Shared, so that an opt-out cannot slip in between the look and the row.
    select u.is_active and u.show_on_leaderboard
    into v_is_ranked
    from users as u
    where u.id = p_user_id and u.deleted_at is null
    for share;

    if not found then
        raise exception 'no such person'
            using errcode = 'PA404',
                detail = format('user = %s', p_user_id),
                hint = 'Pass the id of a living person.';
    end if;

    insert into user_stats (user_id, is_ranked)
    values (p_user_id, v_is_ranked)
    on conflict (user_id) do nothing;
end;
$$;

comment on function ensure_user_stats is 'Makes a person''s row of counters if there is none.';
-- Granted to nobody: a helper of procedures.
revoke all on function ensure_user_stats from public;
