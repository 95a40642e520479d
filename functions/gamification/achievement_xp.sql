-- achievement_xp: what an achievement pays: its own reward, else the default of its rarity.
--
-- Null on the row is the default, from the settings xp.achievement.<rarity>; 0 is nothing.
--
-- called by  grant_achievements
-- requires: setting
-- requires   setting
-- errors     none
create or replace function achievement_xp(
    p_achievement_id uuid
)
returns integer
language sql
stable
security invoker
begin atomic
    select coalesce(
        a.xp_reward,
        (setting(p_key => 'xp.achievement.' || a.rarity) #>> '{}')::integer,
        case a.rarity
            when 'common' then 50
            when 'uncommon' then 100
            when 'rare' then 250
            when 'epic' then 500
            else 1000
        end
    )
    from achievements as a
    where a.id = p_achievement_id;
end;

comment on function achievement_xp is 'The XP an achievement pays.';
-- Granted to nobody: read inside procedures.
revoke all on function achievement_xp from public;
