-- triggers on user_stats: updated_at, and the histogram behind the live rank.
create or replace trigger touch_updated_at
before update on user_stats
for each row execute function touch_updated_at();

create or replace trigger note_rank_change_on_insert
after insert on user_stats
for each row
when (new.is_ranked)
execute function note_rank_change();

-- Awards that stay within their 100 XP pay nothing for this.
create or replace trigger note_rank_change
after update of total_xp, is_ranked on user_stats
for each row
when (
    old.is_ranked <> new.is_ranked
    or (new.is_ranked and old.total_xp / 100 <> new.total_xp / 100)
)
execute function note_rank_change();

create or replace trigger note_rank_change_on_delete
after delete on user_stats
for each row
when (old.is_ranked)
execute function note_rank_change();
