-- grant_achievements: grants what a person's event has just reached.
--
-- Only what reached_achievements and reached_in_course find is looked at. What it pays in XP may reach further ones, so
-- it goes round until a round grants nothing. Every round adds at least one row to user_achievements, which is unique per
-- definition, so there are never more rounds than definitions. p_before may be older than the last committed state: what
-- was granted already is not granted again. A null row grants everything that is reached.
--
-- called by  apply_completion, apply_enrollment, complete_course, count_deed, check_achievements, apply_achievement,
--            mark_solution
-- requires   reached_achievements, reached_in_course, achievement_xp, grant_xp, notify, ensure_user_stats; user_stats
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
    v_at timestamptz := coalesce(p_occurred_at, now());
    v_before user_stats := p_before;
    v_now user_stats;
    v_course_id uuid := p_course_id;
    v_granted integer;
    v_grant record;
begin
    loop
        -- The lock keeps a person's grants in one queue; callers hold it already, from moving the counters.
        select s.* into v_now from user_stats as s where s.user_id = p_user_id for update;

        if not found then
            perform ensure_user_stats(p_user_id => p_user_id);
            continue;
        end if;

        v_granted := 0;

        for v_grant in
            insert into user_achievements as ua
            (user_id, achievement_id, course_id, title, description, achievement_type, icon_url, icon_emoji, earned_at)
            select
                p_user_id, a.id, a.scope_course_id, a.title, a.description, a.achievement_type, a.icon_url,
                a.icon_emoji, v_at
            from (
                select g.achievement_id from reached_achievements(p_before => v_before, p_now => v_now) as g
                union all
                select c.achievement_id
                from reached_in_course(
                    p_before => v_before, p_user_id => p_user_id, p_course_id => v_course_id
                ) as c
            ) as r
            inner join achievements as a on a.id = r.achievement_id
            on conflict do nothing
            returning ua.achievement_id, ua.course_id, ua.title
        loop
            v_granted := v_granted + 1;
            achievement_id := v_grant.achievement_id;
            course_id := v_grant.course_id;
            title := v_grant.title;
            xp_reward := achievement_xp(p_achievement_id => v_grant.achievement_id);

            if xp_reward > 0 then
                perform grant_xp(
                    p_user_id => p_user_id,
                    p_amount => xp_reward,
                    p_source_type => 'achievement',
                    p_source_id => v_grant.achievement_id,
                    p_reason => v_grant.title,
                    p_occurrence => coalesce(v_grant.course_id::text, ''),
                    p_occurred_at => p_occurred_at
                );
            end if;

            perform notify(
                p_user_id => p_user_id,
                p_type => 'achievement_earned',
                p_title => left('Achievement: ' || v_grant.title, 200),
                p_message => case when xp_reward > 0 then format('It brought you %s XP.', xp_reward) else '' end,
                p_related_type => 'achievement',
                p_related_id => v_grant.achievement_id,
                p_occurred_at => p_occurred_at
            );

            return next;
        end loop;

        exit when v_granted = 0;

        update user_stats as s
        set achievements_earned = s.achievements_earned + v_granted
        where s.user_id = p_user_id;

        -- From here on only what the rewards themselves have reached; the course's own counts do not move by XP.
        v_before := v_now;
        v_course_id := null;
    end loop;
end;
$$;

comment on function grant_achievements is 'Grants the achievements an event has reached, and those their XP reaches.';
-- Granted to nobody: it believes what it is told about before.
revoke all on function grant_achievements from public;
