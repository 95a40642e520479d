-- grant_achievements: grants what a person's event has just reached.
--
-- Only what reached_achievements and reached_in_course find is looked at. A round grants all of it: the rows, their XP in
-- the ledger, and one UPDATE of the person's counters. What the XP reaches is granted by the next round, until one
-- finds nothing. Every round adds at least one row to user_achievements, which is unique per
-- definition, so there are never more rounds than definitions. p_before may be older than the last committed state: what
-- was granted already is not granted again. A null row grants everything that is reached.
--
-- called by  apply_completion, apply_enrollment, complete_course, count_deed, check_achievements, apply_achievement,
--            mark_solution
-- requires   reached_achievements, reached_in_course, achievement_xp, bump_stats, notify, ensure_user_stats; user_stats
--            is moved before the call
-- errors     PA404 no such person
create or replace function grant_achievements(
    p_user_id uuid,
    p_before user_stats,
    p_course_id uuid,
    p_occurred_at timestamptz
)
returns table (achievement_id uuid, course_id uuid, title text, xp_reward integer)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_at constant timestamptz := coalesce(p_occurred_at, now());
    v_before user_stats := p_before;
    v_now user_stats;
    v_course_id uuid := p_course_id;
    v_reached uuid[];
    v_granted integer;
    v_paid integer;
    v_grant record;
begin
    -- The lock keeps a person's grants in one queue; callers hold it already, from moving the counters.
    loop
        select s.* into v_now from user_stats as s where s.user_id = p_user_id for update;

        exit when found;

        perform ensure_user_stats(p_user_id => p_user_id);
    end loop;

    loop
        v_reached := array(
            select g.achievement_id from reached_achievements(p_before => v_before, p_now => v_now) as g
            union all
            select c.achievement_id
            from reached_in_course(p_before => v_before, p_user_id => p_user_id, p_course_id => v_course_id) as c
        );

        exit when v_reached = '{}';

        v_granted := 0;
        v_paid := 0;

        for v_grant in
            with priced as (
                select a.*, achievement_xp(p_xp_reward => a.xp_reward, p_rarity => a.rarity) as price
                from achievements as a
                where a.id = any(v_reached)
            ),

            granted as (
                insert into user_achievements as g
                (user_id, achievement_id, course_id, title, description, achievement_type, icon_url, icon_emoji, earned_at)
                select
                    p_user_id, p.id, p.scope_course_id, p.title, p.description, p.achievement_type, p.icon_url,
                    p.icon_emoji, v_at
                from priced as p
                on conflict do nothing
                returning g.achievement_id
            ),

            -- XP that the ledger has already, from an award by hand, is not paid again.
            paid as (
                insert into xp_events as x (user_id, amount, source_type, source_id, occurrence, reason, awarded_at)
                select
                    p_user_id, p.price, 'achievement', p.id, coalesce(p.scope_course_id::text, ''), p.title, v_at
                from granted as g
                inner join priced as p on p.id = g.achievement_id
                where p.price > 0
                on conflict do nothing
                returning x.source_id, x.amount
            )

            select p.id, p.scope_course_id, p.title, p.price, coalesce(x.amount, 0) as paid
            from granted as g
            inner join priced as p on p.id = g.achievement_id
            left join paid as x on x.source_id = g.achievement_id
            order by array_position(v_reached, g.achievement_id)
        loop
            v_granted := v_granted + 1;
            v_paid := v_paid + v_grant.paid;
            achievement_id := v_grant.id;
            course_id := v_grant.scope_course_id;
            title := v_grant.title;
            xp_reward := v_grant.price;

            perform notify(
                p_user_id => p_user_id,
                p_type => 'achievement_earned',
                p_title => left('Achievement: ' || title, 200),
                p_message => case when xp_reward > 0 then format('It brought you %s XP.', xp_reward) else '' end,
                p_related_type => 'achievement',
                p_related_id => achievement_id,
                p_occurred_at => p_occurred_at
            );

            return next;
        end loop;

        exit when v_granted = 0;

        -- From here on only what the rewards themselves have reached; the course's own counts do not move by XP.
        v_before := v_now;
        v_now := bump_stats(
            p_user_id => p_user_id, p_achievements => v_granted, p_xp => v_paid, p_xp_at => v_at
        );
        v_course_id := null;
    end loop;
end;
$$;

comment on function grant_achievements is 'Grants the achievements an event has reached, and those their XP reaches.';
-- Granted to nobody: it believes what it is told about before.
revoke all on function grant_achievements from public;
