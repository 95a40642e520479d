-- achievement_xp: what an achievement pays: its own reward, else the default of its rarity.
--
-- Null on the row is the default, from the settings xp.achievement.<rarity>; 0 is nothing. Inlined into the calling query.
--
-- called by  grant_to_people, apply_achievement
-- requires: setting
-- requires   setting
-- errors     none
create or replace function achievement_xp(
    p_xp_reward integer,
    p_rarity text
)
returns integer
language sql
stable
security invoker
begin atomic
    select coalesce(
        p_xp_reward,
        (setting(p_key => 'xp.achievement.' || p_rarity) #>> '{}')::integer,
        case p_rarity
            when 'common' then 50
            when 'uncommon' then 100
            when 'rare' then 250
            when 'epic' then 500
            else 1000
        end
    );
end;

comment on function achievement_xp is 'The XP an achievement pays, from its reward and its rarity.';
-- Granted to nobody: read inside procedures.
revoke all on function achievement_xp from public;
