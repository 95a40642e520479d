-- apply_achievement: grants an achievement to everyone who has reached it, for the next people.
--
-- For a definition that is new, or was changed: events find only the thresholds they cross themselves. Looks at the next
-- p_limit people after p_after, in the order of their ids, and grants it to those who have reached it: set by set, XP,
-- counters, levels and ranks included, and whatever further achievements that XP reaches. Call it with the last_user_id it
-- returned, each time in a transaction of its own, until is_done. It may be stopped at any moment and begun anew: who has it
-- is passed over.
--
-- People learn meanwhile. Everyone who is looked at is locked first, in the order of the house: users, since rows are going
-- to refer to them, then user_stats; an event under way is waited for, and then counted in a new statement.
--
-- called by  administrators, back-end jobs
-- requires   acting_in, require_user, people_reaching, achievement_xp, school_zone, calculate_user_level, period_xp,
--            reached_achievements, grant_achievements, require_limit
-- errors     PA401, PA403 neither an administrator nor the service · PA404 no such achievement · PA409 it is retired ·
--            PA422 limit not between 1 and 10000
create or replace function apply_achievement(
    p_slug text,
    p_after uuid default null,
    p_limit integer default 1000
)
returns table (people integer, granted integer, xp_awarded bigint, last_user_id uuid, is_done boolean)
language plpgsql
volatile
security definer -- writes user_achievements and xp_events, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_today date;
    v_week date;
    v_month date;
    v_achievement achievements;
    v_ids uuid[];
    v_granted uuid[];
    v_paid uuid[];
    v_xp integer;
    v_stats user_stats;
begin
    if not (acting_in('service') or acting_in('owner')) then
        perform require_user(p_role => 'admin');
    end if;

    perform require_limit(p_limit => p_limit, p_max => 10000);

    v_today := (v_now at time zone school_zone())::date;
    v_week := date_trunc('week', v_today)::date;
    v_month := date_trunc('month', v_today)::date;

    select a.* into v_achievement from achievements as a where a.slug = p_slug;

    if not found then
        raise exception 'no such achievement'
            using errcode = 'PA404', detail = format('slug = %s', coalesce(left(p_slug, 120), 'null')),
                hint = 'Look the slug up in achievements.';
    end if;

    if not v_achievement.is_active then
        raise exception 'this achievement is retired'
            using errcode = 'PA409', detail = format('slug = %s', p_slug),
                hint = 'Let it be earned again with set_achievement_active().';
    end if;

    if v_achievement.scope_course_id is null then
        select array_agg(n.id order by n.id)
        into v_ids
        from (
            select u.id from users as u where p_after is null or u.id > p_after order by u.id limit p_limit
        ) as n;
    else
        select array_agg(n.user_id order by n.user_id)
        into v_ids
        from (
            select e.user_id
            from enrollments as e
            where e.course_id = v_achievement.scope_course_id and (p_after is null or e.user_id > p_after)
            order by e.user_id
            limit p_limit
        ) as n;
    end if;

    people := coalesce(cardinality(v_ids), 0);
    is_done := people < p_limit;
    last_user_id := coalesce(v_ids[people], p_after);

    perform from users as u where u.id = any(v_ids) order by u.id for key share;
    perform from user_stats as s where s.user_id = any(v_ids) order by s.user_id for no key update;

    with gained as (
        insert into user_achievements as g
        (user_id, achievement_id, course_id, title, description, achievement_type, icon_url, icon_emoji, earned_at)
        select
            r.user_id, v_achievement.id, v_achievement.scope_course_id, v_achievement.title, v_achievement.description,
            v_achievement.achievement_type, v_achievement.icon_url, v_achievement.icon_emoji, v_now
        from people_reaching(
            p_achievement_id => v_achievement.id, p_criteria => v_achievement.criteria, p_user_ids => v_ids
        ) as r
        order by r.user_id
        on conflict do nothing
        returning g.user_id
    )

    select coalesce(array_agg(g.user_id order by g.user_id), '{}') into v_granted from gained as g;

    granted := cardinality(v_granted);
    v_paid := array[]::uuid[];
    v_xp := achievement_xp(p_xp_reward => v_achievement.xp_reward, p_rarity => v_achievement.rarity);

    if v_xp > 0 then
        with paid as (
            insert into xp_events as x (user_id, amount, source_type, source_id, occurrence, reason, awarded_at)
            select
                g.user_id, v_xp, 'achievement', v_achievement.id,
                coalesce(v_achievement.scope_course_id::text, ''), v_achievement.title, v_now
            from unnest(v_granted) as g (user_id)
            on conflict do nothing
            returning x.user_id
        )

        select coalesce(array_agg(x.user_id), '{}') into v_paid from paid as x;
    end if;

    xp_awarded := cardinality(v_paid)::bigint * v_xp;

    update user_stats as s
    set achievements_earned = s.achievements_earned + 1
    where s.user_id = any(v_granted) and s.user_id <> all(v_paid);

    update user_stats as s
    set
        achievements_earned = s.achievements_earned + 1,
        total_xp = s.total_xp + v_xp,
        current_level = calculate_user_level(p_total_xp => s.total_xp + v_xp),
        week_start = greatest(s.week_start, v_week),
        weekly_xp = period_xp(p_start => s.week_start, p_xp => s.weekly_xp, p_of => v_week, p_amount => v_xp),
        month_start = greatest(s.month_start, v_month),
        monthly_xp = period_xp(p_start => s.month_start, p_xp => s.monthly_xp, p_of => v_month, p_amount => v_xp)
    where s.user_id = any(v_paid);

    -- What the XP itself has reached, for the few it does. Before it, they had so much less.
    for v_stats in
        select b.*
        from user_stats as s
        cross join lateral jsonb_populate_record(
            s,
            jsonb_build_object(
                'total_xp', s.total_xp - v_xp,
                'current_level', calculate_user_level(p_total_xp => s.total_xp - v_xp)
            )
        ) as b
        where s.user_id = any(v_paid) and exists (select from reached_achievements(p_before => b, p_now => s))
        order by s.user_id
    loop
        xp_awarded := xp_awarded + coalesce((
            select sum(g.xp_reward)
            from grant_achievements(
                p_user_id => v_stats.user_id, p_before => v_stats, p_course_id => null, p_occurred_at => v_now
            ) as g
        ), 0);
    end loop;

    return next;
end;
$$;

comment on function apply_achievement is
'Grants an achievement to everyone of the next people who has reached it; call it with last_user_id until is_done.';
revoke all on function apply_achievement from public;
grant execute on function apply_achievement to pgacademy_admin, pgacademy_service;
