-- note_rank_change: keeps the histogram behind live_rank: a person arrived at, or left, a height of 100 XP.
--
-- Appended, never updated: no award waits for another person's. Called only when the height or is_ranked changes.
--
-- called by  after-insert, -update and -delete row triggers of user_stats
-- errors     none
create or replace function note_rank_change()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if tg_op = 'UPDATE' and old.is_ranked and new.is_ranked then
        insert into xp_rank_deltas (bucket, people) values (old.total_xp / 100, -1), (new.total_xp / 100, 1);
    elsif tg_op <> 'INSERT' and old.is_ranked then
        insert into xp_rank_deltas (bucket, people) values (old.total_xp / 100, -1);
    elsif tg_op <> 'DELETE' and new.is_ranked then
        insert into xp_rank_deltas (bucket, people) values (new.total_xp / 100, 1);
    end if;

    return null;
end;
$$;

comment on function note_rank_change is 'Trigger: notes that a person arrived at or left a height of the ranking.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function note_rank_change from public;
