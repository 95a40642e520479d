-- apply_completions: the heart for many learners at once. Completes a lesson for each, with everything that follows.
--
-- Does for each what apply_completion does for one that staff or an import report, in a few statements for all. A
-- person comes once among p_items, the places in the arrays: what two events of a person do depends on their order. What is
-- not plain (begun or completed before, by who teaches the course, or to be refused) goes through apply_completion, one by one.
--
-- The rows are inserted with is_batched, so that the trigger leaves them alone; their counters are moved here.
--
-- called by  record_completions, which has looked at everything and holds the enrolments
-- requires   apply_completion, lesson_reward, advance_enrollments, reward_lessons, reward_courses, grant_to_people
-- errors     those of apply_completion
create or replace function apply_completions(
    p_items integer[],
    p_user_ids uuid[],
    p_lesson_ids uuid[],
    p_scores numeric[],
    p_seconds integer[],
    p_at timestamptz[]
)
returns table (
    item integer,
    lesson_progress_id uuid,
    enrollment_id uuid,
    course_id uuid,
    already_completed boolean,
    xp_awarded integer,
    coins_awarded integer,
    course_completed boolean,
    achievements_earned integer
)
language plpgsql
volatile
security invoker
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
as $$
#variable_conflict use_column
declare
    v_plain constant integer[] := array(
        select i.item
        from unnest(p_items) as i (item)
        inner join lessons as l on l.id = p_lesson_ids[i.item] and l.is_active
        inner join courses as c on c.id = l.course_id and c.is_active and c.deleted_at is null
        inner join enrollments as e on e.course_id = l.course_id and e.user_id = p_user_ids[i.item]
        where
            e.user_id <> c.instructor_id
            and (e.status = 'completed' or (e.status = 'active' and coalesce(e.expires_at > p_at[i.item], true)))
            and coalesce(p_scores[i.item] between 0 and 100, true)
            and coalesce(p_seconds[i.item] >= 0, true)
            and not exists (
                select from lesson_progress as p where p.user_id = e.user_id and p.lesson_id = l.id
            )
            and not exists (
                select from lessons as child where child.course_id = l.course_id and child.parent_lesson_id = l.id
            )
    );
    v_singly constant integer[] := array(
        select i.item from unnest(p_items) as i (item) where i.item <> all(v_plain) order by i.item
    );
    -- In the order of the people, as all that follows.
    v_items constant integer[] := array(
        select i.item from unnest(v_plain) as i (item) order by p_user_ids[i.item]
    );
    v_user_ids constant uuid[] := array(
        select p_user_ids[i.item] from unnest(v_items) as i (item) order by p_user_ids[i.item]
    );
    v_before user_stats[];
    v_rows lesson_progress[];
    v_xp integer[];
    v_coins integer[];
    v_earned integer[];
    v_done uuid[];
    v_place integer;
    v_reward record;
    v_grant record;
begin
    for v_place in 1..cardinality(v_singly) loop
        return query
        select
            v_singly[v_place], c.lesson_progress_id, c.enrollment_id, c.course_id, c.already_completed, c.xp_awarded,
            c.coins_awarded, c.course_completed, jsonb_array_length(c.achievements)
        from apply_completion(
            p_user_id => p_user_ids[v_singly[v_place]],
            p_lesson_id => p_lesson_ids[v_singly[v_place]],
            p_score => p_scores[v_singly[v_place]],
            p_seconds => p_seconds[v_singly[v_place]],
            p_at => p_at[v_singly[v_place]],
            p_by_learner => false,
            p_moves_streak => true,
            p_actor => null,
            p_procedure => null,
            p_idempotency_key => null,
            p_request => null
        ) as c;
    end loop;

    if v_items = '{}' then
        return;
    end if;

    v_before := array(select s from user_stats as s where s.user_id = any(v_user_ids) order by s.user_id);

    with made as (
        insert into lesson_progress as p
        (
            enrollment_id, user_id, course_id, lesson_id, status, started_at, completed_at, time_spent_seconds,
            completion_percentage, score, xp_earned, coins_earned, counts_for_streak, is_batched
        )
        select
            e.id, e.user_id, e.course_id, l.id, 'completed', p_at[i.item], p_at[i.item], coalesce(p_seconds[i.item], 0),
            100, round(p_scores[i.item], 2), w.xp, w.coins, true, true
        from unnest(v_items) as i (item)
        inner join lessons as l on l.id = p_lesson_ids[i.item]
        inner join enrollments as e on e.course_id = l.course_id and e.user_id = p_user_ids[i.item]
        cross join lateral lesson_reward(p_lesson => l, p_is_own => false) as w
        returning p as entry
    )

    select array_agg(m.entry order by (m.entry).user_id) into v_rows from made as m;

    v_done := advance_enrollments(
        p_enrollment_ids => array(select r.enrollment_id from unnest(v_rows) as r),
        p_lesson_ids => array(select r.lesson_id from unnest(v_rows) as r),
        p_seconds => array(select r.time_spent_seconds from unnest(v_rows) as r),
        p_at => array(select r.completed_at from unnest(v_rows) as r)
    );

    perform reward_lessons(
        p_rows => v_rows,
        p_seconds => array(select r.time_spent_seconds from unnest(v_rows) as r),
        p_courses_completed => array(
            select (d.id is not null)::integer
            from unnest(v_rows) with ordinality as r
            left join unnest(v_done) as d (id) on d.id = r.enrollment_id
            order by r.ordinality
        )
    );

    -- What the ledgers have made of it: they pay once.
    select
        array_agg(p.xp_earned order by p.user_id),
        array_agg(p.coins_earned order by p.user_id),
        array_agg(0 order by p.user_id)
    into v_xp, v_coins, v_earned
    from lesson_progress as p
    where p.id = any(array(select r.id from unnest(v_rows) as r));

    if v_done <> '{}' then
        for v_reward in
            select r.*
            from reward_courses(
                p_user_ids => array(select d.user_id from unnest(v_rows) as d where d.enrollment_id = any(v_done)),
                p_course_ids => array(select d.course_id from unnest(v_rows) as d where d.enrollment_id = any(v_done)),
                p_occurred_at => array(
                    select d.completed_at from unnest(v_rows) as d where d.enrollment_id = any(v_done)
                )
            ) as r
        loop
            v_place := array_position(v_user_ids, v_reward.user_id);
            v_xp[v_place] := v_xp[v_place] + v_reward.xp_awarded;
            v_coins[v_place] := v_coins[v_place] + v_reward.coins_awarded;
            v_earned[v_place] := jsonb_array_length(v_reward.achievements);
        end loop;
    end if;

    for v_grant in
        select g.user_id, sum(g.xp_reward)::integer as xp, count(*)::integer as achievements
        from grant_to_people(
            p_user_ids => v_user_ids,
            p_before => v_before,
            p_course_ids => array(select r.course_id from unnest(v_rows) as r),
            p_occurred_at => array(select r.completed_at from unnest(v_rows) as r)
        ) as g
        group by g.user_id
    loop
        v_place := array_position(v_user_ids, v_grant.user_id);
        v_xp[v_place] := v_xp[v_place] + v_grant.xp;
        v_earned[v_place] := v_earned[v_place] + v_grant.achievements;
    end loop;

    return query
    select
        i.item, (r.entry).id, (r.entry).enrollment_id, (r.entry).course_id, false, v_xp[i.place], v_coins[i.place],
        (r.entry).enrollment_id = any(v_done), v_earned[i.place]
    from unnest(v_items) with ordinality as i (item, place)
    cross join lateral (select v_rows[i.place] as entry) as r;
end;
$$;

comment on function apply_completions is 'Internal: completes a lesson for each of several learners, with all that follows.';
-- Granted to nobody: record_completions decides who may.
revoke all on function apply_completions from public;
