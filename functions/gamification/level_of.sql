-- level_of: the level that so much XP is, which calculate_user_level tells others.
--
-- A row, not a value, because that can be inlined: a statement for many people calls no function for each. Bound when it
-- is created.
--
-- called by  bump_people, calculate_user_level
-- errors     none
create or replace function level_of(
    p_total_xp bigint
)
returns table (level integer)
language sql
stable
security invoker
begin atomic
    -- One step down the index on min_xp, whatever the number of levels.
    select case when p_total_xp is not null then
        coalesce((select l.level from levels as l where l.min_xp <= p_total_xp order by l.min_xp desc limit 1), 1)
    end;
end;

comment on function level_of is 'Internal: the level that an amount of total XP is.';
-- Granted to nobody: others ask calculate_user_level.
revoke all on function level_of from public;
