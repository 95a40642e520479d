-- grant_to_people: grants what an event of each of several people has just reached.
--
-- Only what reached_achievements and reached_in_course find is looked at. A round grants all of it: the rows, their XP in
-- the ledger, and one UPDATE of the people's counters. What the XP reaches is granted by the next round, until one
-- finds nothing. Every round adds at least one row to user_achievements, which is unique per
-- definition, so there are never more rounds than definitions. p_before may be older than the last committed state: what
-- was granted already is not granted again. A null row grants everything that is reached.
--
-- A person comes once, and they come in the order of their ids.
--
-- called by  grant_achievements, count_deeds, apply_completions
-- requires   reached_achievements, reached_in_course, achievement_xp, bump_people, notify, lock_user_stats; user_stats
--            is moved before the call
-- errors     PA404 no such person
create or replace function grant_to_people(
    p_user_ids uuid[],
    p_before user_stats[],
    p_course_ids uuid[],
    p_occurred_at timestamptz[]
)
returns table (user_id uuid, achievement_id uuid, course_id uuid, title text, xp_reward integer)
language plpgsql
volatile
security invoker
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
set enable_seqscan = off -- rows by their keys: a plan for ten would read all of a small table
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_user_ids uuid[] := p_user_ids;
    v_before user_stats[] := p_before;
    v_after user_stats[];
    v_course_ids uuid[] := p_course_ids;
    v_at timestamptz[] := p_occurred_at;
    v_reached record;
    v_last integer;
    v_granted_ids uuid[];
    v_granted integer[];
    v_paid integer[];
    v_paid_at timestamptz[];
    v_grant record;
begin
    -- The lock keeps a person's grants in one queue; callers hold it already, from moving the counters.
    v_after := lock_user_stats(p_user_ids => p_user_ids);

    loop
        select
            array_agg(r.user_id) as user_ids,
            array_agg(r.achievement_id) as achievement_ids,
            array_agg(coalesce(v_at[r.place], v_now)) as moments
        into v_reached
        from (
            select i.user_id, i.place, g.achievement_id
            from unnest(v_user_ids) with ordinality as i (user_id, place)
            -- By itself: put into the call, the rows would be looked up once for each metric.
            cross join lateral (
                select v_before[i.place] as earlier, v_after[i.place] as later offset 0 -- noqa: AM09
            ) as s
            cross join lateral reached_achievements(p_before => s.earlier, p_now => s.later) as g

            union all

            select i.user_id, i.place, c.achievement_id
            from unnest(v_user_ids) with ordinality as i (user_id, place)
            cross join lateral reached_in_course(
                p_before => v_before[i.place], p_user_id => i.user_id, p_course_id => v_course_ids[i.place]
            ) as c
            where v_course_ids is not null
        ) as r;

        exit when v_reached.user_ids is null;

        v_last := 0;
        v_granted_ids := '{}';

        for v_grant in
            with reached as materialized (
                select a.*, achievement_xp(p_xp_reward => a.xp_reward, p_rarity => a.rarity) as price
                from achievements as a
                where a.id = any(v_reached.achievement_ids)
            ),

            priced as materialized (
                select r.user_id, r.moment, r.nth, a.*
                from unnest(v_reached.user_ids, v_reached.achievement_ids, v_reached.moments)
                    with ordinality as r (user_id, achievement_id, moment, nth)
                inner join reached as a on a.id = r.achievement_id
            ),

            granted as (
                insert into user_achievements as g
                (user_id, achievement_id, course_id, title, description, achievement_type, icon_url, icon_emoji, earned_at)
                select
                    p.user_id, p.id, p.scope_course_id, p.title, p.description, p.achievement_type, p.icon_url,
                    p.icon_emoji, p.moment
                from priced as p
                order by p.user_id, p.nth
                on conflict do nothing
                returning g.user_id, g.achievement_id
            ),

            -- XP that the ledger has already, from an award by hand, is not paid again.
            paid as (
                insert into xp_events as x (user_id, amount, source_type, source_id, occurrence, reason, awarded_at)
                select
                    p.user_id, p.price, 'achievement', p.id, coalesce(p.scope_course_id::text, ''), p.title, p.moment
                from granted as g
                inner join priced as p on p.user_id = g.user_id and p.id = g.achievement_id
                where p.price > 0
                order by p.user_id, p.nth
                on conflict do nothing
                returning x.user_id, x.source_id, x.amount
            )

            select p.user_id, p.id, p.scope_course_id, p.title, p.price, p.moment, r.paid
            from (
                select g.user_id, g.achievement_id, coalesce(sum(g.paid), 0) as paid
                from (
                    select g.user_id, g.achievement_id, 0 as paid from granted as g
                    union all
                    select x.user_id, x.source_id, x.amount from paid as x
                ) as g
                group by g.user_id, g.achievement_id
            ) as r
            inner join priced as p on p.user_id = r.user_id and p.id = r.achievement_id
            order by p.user_id, p.nth
        loop
            if v_last = 0 or v_granted_ids[v_last] <> v_grant.user_id then
                v_last := v_last + 1;
                v_granted_ids[v_last] := v_grant.user_id;
                v_granted[v_last] := 0;
                v_paid[v_last] := 0;
                v_paid_at[v_last] := v_grant.moment;
            end if;

            v_granted[v_last] := v_granted[v_last] + 1;
            v_paid[v_last] := v_paid[v_last] + v_grant.paid;
            user_id := v_grant.user_id;
            achievement_id := v_grant.id;
            course_id := v_grant.scope_course_id;
            title := v_grant.title;
            xp_reward := v_grant.price;

            perform notify(
                p_user_id => user_id,
                p_type => 'achievement_earned',
                p_title => left('Achievement: ' || title, 200),
                p_message => case when xp_reward > 0 then format('It brought you %s XP.', xp_reward) else '' end,
                p_related_type => 'achievement',
                p_related_id => achievement_id,
                p_occurred_at => v_grant.moment
            );

            return next;
        end loop;

        exit when v_last = 0;

        -- From here on only what the rewards themselves have reached; a course's own counts do not move by XP.
        v_before := array(select s from unnest(v_after) as s where s.user_id = any(v_granted_ids) order by s.user_id);
        v_user_ids := v_granted_ids;
        v_at := v_paid_at[:v_last];
        v_course_ids := null;
        v_after := array(
            select s
            from bump_people(
                p_user_ids => v_user_ids, p_achievements => v_granted[:v_last], p_xp => v_paid[:v_last], p_xp_at => v_at
            ) as s
            order by s.user_id
        );
    end loop;
end;
$$;

comment on function grant_to_people is 'Internal: grants the achievements that people''s events have reached, and those their XP reaches.';
-- Granted to nobody: it believes what it is told about before.
revoke all on function grant_to_people from public;
