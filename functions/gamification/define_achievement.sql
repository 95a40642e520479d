-- define_achievement: say what an achievement is; the same slug again says it anew.
--
-- The definition is replaced as a whole, what is left out takes its default, and it can be earned again if it was
-- retired. Who has earned it keeps it as it looked then. Nobody is granted it by this call: thresholds passed earlier
-- are found by check_achievements.
--
-- called by  administrators
-- requires   require_user, write_audit; the trigger that normalises criteria
-- errors     PA401 PA403 not an administrator · PA422 criteria, rarity or reward · 23514 a text too long,
--            a malformed slug
create or replace function define_achievement(
    p_slug text,
    p_title text,
    p_criteria jsonb,
    p_description text default null,
    p_achievement_type text default 'milestone',
    p_category text default null,
    p_icon_url text default null,
    p_icon_emoji text default null,
    p_rarity text default 'common',
    p_xp_reward integer default null
)
returns uuid
language plpgsql
volatile
security definer -- writes achievements, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_achievement_id uuid;
begin
    perform require_user(p_role => 'admin');

    if p_rarity is null or p_rarity not in ('common', 'uncommon', 'rare', 'epic', 'legendary') then
        raise exception 'no such rarity'
            using errcode = 'PA422',
                detail = format('rarity = %s', coalesce(left(p_rarity, 60), 'null')),
                hint = 'Use common, uncommon, rare, epic or legendary.';
    end if;

    if p_xp_reward not between 0 and 100000 then
        raise exception 'an achievement pays 0 to 100000 XP'
            using errcode = 'PA422',
                detail = format('xp_reward = %s', p_xp_reward),
                hint = 'Pass null for the default of its rarity, 0 for none.';
    end if;

    insert into achievements as a
    (slug, title, description, achievement_type, category, icon_url, icon_emoji, rarity, criteria, xp_reward)
    values (
        p_slug, p_title, p_description, p_achievement_type, p_category, p_icon_url, p_icon_emoji, p_rarity, p_criteria,
        p_xp_reward
    )
    on conflict (slug) do update
    set
        title = excluded.title,
        description = excluded.description,
        achievement_type = excluded.achievement_type,
        category = excluded.category,
        icon_url = excluded.icon_url,
        icon_emoji = excluded.icon_emoji,
        rarity = excluded.rarity,
        criteria = excluded.criteria,
        xp_reward = excluded.xp_reward,
        is_active = true
    returning a.id into v_achievement_id;

    perform write_audit(
        p_action => 'gamification.define_achievement', p_entity_type => 'achievements', p_entity_id => v_achievement_id::text
    );

    return v_achievement_id;
end;
$$;

comment on function define_achievement is
'Defines an achievement, or defines the one of this slug anew; returns its id.';
revoke all on function define_achievement from public;
grant execute on function define_achievement to pgacademy_admin;
