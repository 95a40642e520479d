-- sync_is_ranked: takes a person out of the rankings, or back in, when they leave, are deactivated or opt out.
--
-- called by  trigger sync_is_ranked on users
-- errors     none of its own
create or replace function sync_is_ranked()
returns trigger
language plpgsql
volatile
security definer -- people opt out on their own row in users, and nobody may write user_stats
set search_path from current
as $$
#variable_conflict use_column
declare
    v_is_ranked boolean := new.is_active and new.deleted_at is null and new.show_on_leaderboard;
begin
    update user_stats as s
    set is_ranked = v_is_ranked
    where s.user_id = new.id and s.is_ranked <> v_is_ranked;

    return null;
end;
$$;

comment on function sync_is_ranked() is 'Trigger: keeps user_stats.is_ranked: living, active and not opted out.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function sync_is_ranked() from public;
