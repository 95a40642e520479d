-- record_completions: many lessons were completed, as an import or a job tells: record_completion for up to a thousand.
--
-- The arrays are read side by side: the first of each is the first completion. Without scores, seconds or moments pass
-- null. All or nothing: what record_completion refuses of one, refuses all, with its error. A second call with the same changes
-- nothing more, so none needs an idempotency key.
--
-- What came to be is what record_completion would have made of them, in the order of their moments, of those of one
-- moment in the order of the arrays. Only the order in which different people come is not kept: they go together, in
-- as many rounds as the busiest person has completions, a few statements each.
--
-- Returns a row for each: its place in the arrays (from 1), the progress, whether it was there before, the XP and coins it
-- brought with all that follows, whether it completed the course, and how many achievements were earned.
--
-- called by  back-end jobs and imports
-- requires   require_service, require_moment, lock_enrollments, lock_user_stats, apply_completions
-- errors     PA403 not the service · PA404, PA409, PA422 those of record_completion · PA422 more than 1000 or none, arrays of
--            different lengths · 40001 the course changed meanwhile · 40P01 it met another in the wrong order: a set holds
--            counters and accounts while its later rounds write; repeat the transaction
create or replace function record_completions(
    p_user_ids uuid[],
    p_lesson_ids uuid[],
    p_scores numeric[] default null,
    p_seconds integer[] default null,
    p_occurred_at timestamptz[] default null
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
security definer -- writes progress, XP and counters, which no platform role may write
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
as $$
#variable_conflict use_column
declare
    v_count constant integer := coalesce(cardinality(p_user_ids), 0);
    v_form constant text := format('[1:%s]', v_count);
    v_at timestamptz[];
    v_enrollment_ids uuid[];
    v_steps integer[];
    v_user_id uuid;
    v_items integer[];
begin
    perform require_service();

    if
        v_count not between 1 and 1000
        or array_dims(p_user_ids) <> v_form
        or array_dims(p_lesson_ids) is distinct from v_form
        or (p_scores is not null and array_dims(p_scores) is distinct from v_form)
        or (p_seconds is not null and array_dims(p_seconds) is distinct from v_form)
        or (p_occurred_at is not null and array_dims(p_occurred_at) is distinct from v_form)
    then
        raise exception 'these are not lists of the same completions'
            using errcode = 'PA422',
                detail = format(
                    'people = %s, lessons = %s, scores = %s, seconds = %s, moments = %s', array_dims(p_user_ids),
                    array_dims(p_lesson_ids), array_dims(p_scores), array_dims(p_seconds), array_dims(p_occurred_at)
                ),
                hint = 'Pass between 1 and 1000, and of each as many as there are people, or null for all.';
    end if;

    select array_agg(require_moment(p_at => p_occurred_at[i.item]) order by i.item)
    into v_at
    from generate_series(1, v_count) as i (item);

    -- Before all else, as erasure and the end of an account take them, and as strong as lock_unerased will ask for them again.
    if current_setting('transaction_isolation') = 'read committed' then
        perform from users as u where u.id = any(p_user_ids) order by u.id for key share;
    else
        perform from users as u where u.id = any(p_user_ids) order by u.id for share;
    end if;

    select t.user_id
    into v_user_id
    from unnest(p_user_ids) with ordinality as t (user_id, item)
    where not exists (select from users as u where u.id = t.user_id and u.deleted_at is null)
    order by t.item
    limit 1;

    if found then
        raise exception 'there is no such learner'
            using errcode = 'PA404', detail = format('user_id = %s', coalesce(v_user_id::text, 'null')),
                hint = 'Pass the ids of living people.';
    end if;

    select coalesce(array_agg(n.id), '{}'), coalesce(array_agg(n.steps), '{}')
    into v_enrollment_ids, v_steps
    from (
        select e.id, count(*)::integer as steps
        from unnest(p_user_ids, p_lesson_ids) as t (user_id, lesson_id)
        inner join lessons as l on l.id = t.lesson_id
        inner join enrollments as e on e.course_id = l.course_id and e.user_id = t.user_id
        group by e.id
    ) as n;

    perform lock_enrollments(p_enrollment_ids => v_enrollment_ids, p_steps => v_steps);

    -- What the rounds would come by as it happens, in the order of the house: what was begun, counters, accounts.
    perform
    from unnest(p_user_ids, p_lesson_ids) as t (user_id, lesson_id)
    inner join lesson_progress as p on p.user_id = t.user_id and p.lesson_id = t.lesson_id
    order by p.id
    for no key update of p;

    perform lock_user_stats(p_user_ids => p_user_ids);

    if exists (
        select
        from lessons as l
        inner join courses as c on c.id = l.course_id
        where l.id = any(p_lesson_ids) and (l.coin_reward > 0 or c.coin_reward > 0)
    ) then
        perform from coin_accounts as a where a.user_id = any(p_user_ids) order by a.id for no key update;
    end if;

    for v_items in
        select array_agg(r.item)
        from (
            select
                t.item::integer as item,
                row_number() over (partition by t.user_id order by t.moment, t.item) as round
            from unnest(p_user_ids, v_at) with ordinality as t (user_id, moment, item)
        ) as r
        group by r.round
        order by r.round
    loop
        return query
        select c.*
        from apply_completions(
            p_items => v_items,
            p_user_ids => p_user_ids,
            p_lesson_ids => p_lesson_ids,
            p_scores => p_scores,
            p_seconds => p_seconds,
            p_at => v_at
        ) as c;
    end loop;
end;
$$;

comment on function record_completions is
'Records that learners completed lessons, up to a thousand at once; does for each what record_completion does.';
revoke all on function record_completions from public;
grant execute on function record_completions to pgacademy_service;
