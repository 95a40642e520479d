-- reward_courses: what learners get for completed courses, once: XP, coins and a certificate; of each the XP and the
-- coins it gave, and the achievements that the certificate reached. Nobody is paid for their own. The learners are told.
--
-- A person comes once, and they come in the order of their ids.
--
-- called by  apply_completion, apply_completions, complete_course
-- requires   setting, coin_ceiling, bump_people, grant_coins, notify, grant_certificates
-- errors     those of bump_people
create or replace function reward_courses(
    p_user_ids uuid[],
    p_course_ids uuid[],
    p_occurred_at timestamptz[]
)
returns table (user_id uuid, xp_awarded integer, coins_awarded integer, achievements jsonb)
language plpgsql
volatile
security invoker
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
as $$
#variable_conflict use_column
declare
    v_course_xp constant integer := coalesce((setting(p_key => 'xp.course'))::integer, 500);
    v_course_coins constant integer := coin_ceiling(p_of => 'course');
    v_paid record;
    v_xp integer[] := array_fill(0, array[cardinality(p_user_ids)]);
    v_coins integer[] := v_xp;
    v_achievements jsonb[] := array_fill('[]'::jsonb, array[cardinality(p_user_ids)]);
    v_place integer;
    v_course record;
    v_certificate record;
begin
    with paid as (
        insert into xp_events as x (user_id, amount, source_type, source_id, reason, awarded_at)
        select
            i.user_id, coalesce(c.completion_xp, v_course_xp), 'course', c.id, c.title, p_occurred_at[i.nth]
        from unnest(p_user_ids) with ordinality as i (user_id, nth)
        inner join courses as c on c.id = p_course_ids[i.nth] and c.instructor_id <> i.user_id
        where coalesce(c.completion_xp, v_course_xp) > 0
        order by i.nth
        on conflict do nothing
        returning x.user_id, x.amount, x.awarded_at
    )

    select
        array_agg(p.user_id order by p.user_id) as user_ids,
        array_agg(p.amount order by p.user_id) as amounts,
        array_agg(p.awarded_at order by p.user_id) as moments
    into v_paid
    from paid as p;

    if v_paid.user_ids is not null then
        perform bump_people(p_user_ids => v_paid.user_ids, p_xp => v_paid.amounts, p_xp_at => v_paid.moments);

        for v_nth in 1..cardinality(v_paid.user_ids) loop
            v_xp[array_position(p_user_ids, v_paid.user_ids[v_nth])] := v_paid.amounts[v_nth];
        end loop;
    end if;

    for v_course in
        select i.nth, c.id, c.title, least(c.coin_reward, v_course_coins) as coins
        from unnest(p_user_ids) with ordinality as i (user_id, nth)
        inner join courses as c on c.id = p_course_ids[i.nth] and c.instructor_id <> i.user_id
        where least(c.coin_reward, v_course_coins) > 0
        order by i.nth
    loop
        v_coins[v_course.nth] := grant_coins(
            p_user_id => p_user_ids[v_course.nth],
            p_amount => v_course.coins,
            p_source_type => 'course',
            p_source_id => v_course.id,
            p_description => v_course.title
        );
    end loop;

    for v_certificate in
        select g.*
        from grant_certificates(
            p_user_ids => p_user_ids, p_course_ids => p_course_ids, p_occurred_at => p_occurred_at
        ) as g
    loop
        v_place := array_position(p_user_ids, v_certificate.user_id);
        v_xp[v_place] := v_xp[v_place] + v_certificate.xp_awarded;
        v_achievements[v_place] := v_certificate.achievements;
    end loop;

    perform notify(
        p_user_id => i.user_id,
        p_type => 'course_completed',
        p_title => left('You have completed ' || c.title, 200),
        p_related_type => 'course',
        p_related_id => c.id,
        p_occurred_at => p_occurred_at[i.nth]
    )
    from unnest(p_user_ids) with ordinality as i (user_id, nth)
    inner join courses as c on c.id = p_course_ids[i.nth] and c.instructor_id <> i.user_id;

    return query
    select i.user_id, v_xp[i.nth], v_coins[i.nth], v_achievements[i.nth]
    from unnest(p_user_ids) with ordinality as i (user_id, nth)
    order by i.nth;
end;
$$;

comment on function reward_courses is 'Rewards learners for completed courses, once; returns what was given.';
-- Granted to nobody: the reward follows the completion.
revoke all on function reward_courses from public;
