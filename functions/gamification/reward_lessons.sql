-- reward_lessons: what lessons that were just completed do to their learners: XP, coins, counters, streak.
--
-- A row says all of it: xp_earned is what the lesson pays, which goes to the ledger once per lesson, whoever completes it
-- how often; coins_earned the same for coins; counts_for_streak whether it is a day of learning. p_seconds are those it
-- adds to the time spent, for some may have been counted before it was completed; p_courses_completed is 1 where it was the
-- last of its course. One UPDATE of the people's counters. Lessons that pay no coins, as most, cost nothing for them. A
-- person comes once, and they come in the order of their ids.
--
-- The lock on the counters is taken after the ledger is written: of two awards for one source the later one waits at the
-- ledger, holding nothing the earlier one needs. (Who begins a quiz while an attempt of theirs is overdue has the counters
-- before, as have the rounds of record_completions; there the lock on the enrolment keeps the two apart.)
--
-- called by  update_course_progress, apply_completions
-- requires   move_streaks, bump_people, lock_user_stats, record_coin_reward, post_coins, school_coin_account
-- errors     none of its own
create or replace function reward_lessons(
    p_rows lesson_progress[],
    p_seconds integer[],
    p_courses_completed integer[]
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
set enable_seqscan = off -- rows by their keys: a plan for ten would read all of a small table
as $$
#variable_conflict use_column
declare
    v_of record;
    v_row lesson_progress;
    v_stats user_stats[];
    v_streaks user_stats[];
    v_coins bigint[];
    v_coin_transaction_ids uuid[];
begin
    with paid as (
        insert into xp_events as x (user_id, amount, source_type, source_id, reason, awarded_at)
        select r.user_id, r.xp_earned, 'lesson', r.lesson_id, left(l.title, 500), r.completed_at
        from unnest(p_rows) as r
        inner join lessons as l on l.id = r.lesson_id
        where r.xp_earned > 0
        on conflict do nothing
        returning x.user_id, x.amount
    )

    select
        array_agg(r.user_id order by r.ordinality) as user_ids,
        array_agg(r.score order by r.ordinality) as scores,
        array_agg(r.completed_at order by r.ordinality) as moments,
        array_agg(p.amount order by r.ordinality) as xp,
        array_agg(r.id) filter (where r.xp_earned > 0 and p.user_id is null) as unpaid_ids,
        array_agg(r.user_id order by r.ordinality) filter (where r.counts_for_streak) as learner_ids,
        array_agg(r.completed_at order by r.ordinality) filter (where r.counts_for_streak) as learned_at,
        bool_and(r.counts_for_streak) as are_learners,
        bool_or(r.coins_earned > 0) as pay_coins
    into v_of
    from unnest(p_rows) with ordinality as r
    left join paid as p on p.user_id = r.user_id;

    if v_of.unpaid_ids is not null then
        -- The XP of these lessons was given before: by hand, or for progress that was removed since.
        update lesson_progress as p set xp_earned = 0 where p.id = any(v_of.unpaid_ids);
    end if;

    if v_of.pay_coins then
        for v_place in 1..cardinality(p_rows) loop
            v_row := p_rows[v_place];
            continue when v_row.coins_earned <= 0;

            v_coin_transaction_ids[v_place] := record_coin_reward(
                p_user_id => v_row.user_id,
                p_amount => v_row.coins_earned,
                p_source_type => 'lesson',
                p_source_id => v_row.lesson_id,
                p_description => (select l.title from lessons as l where l.id = v_row.lesson_id)
            );

            if v_coin_transaction_ids[v_place] is not null then
                v_coins[v_place] := v_row.coins_earned;
            else
                update lesson_progress as p set coins_earned = 0 where p.id = v_row.id;
            end if;
        end loop;
    end if;

    v_stats := lock_user_stats(p_user_ids => v_of.user_ids);

    if v_of.are_learners then
        v_streaks := move_streaks(p_stats => v_stats, p_activity_type => 'lesson', p_occurred_at => v_of.moments);
    elsif v_of.learner_ids is not null then
        -- Whose lesson is no day of learning keeps the streak they have.
        v_streaks := move_streaks(
            p_stats => array(
                select s
                from unnest(v_stats) as s
                inner join unnest(v_of.learner_ids) as l (user_id) on l.user_id = s.user_id
                order by s.user_id
            ),
            p_activity_type => 'lesson',
            p_occurred_at => v_of.learned_at
        );
        v_streaks := array(
            select s
            from unnest(v_of.user_ids) with ordinality as u (user_id, nth)
            left join unnest(v_streaks) as s on s.user_id = u.user_id
            order by u.nth
        );
    end if;

    perform bump_people(
        p_user_ids => v_of.user_ids,
        p_lessons => array_fill(1, array[cardinality(p_rows)]),
        p_courses_completed => p_courses_completed,
        p_scores => v_of.scores,
        p_occurred_at => v_of.moments,
        p_xp => v_of.xp,
        p_xp_at => v_of.moments,
        p_streaks => v_streaks,
        p_coins => v_coins,
        p_seconds => p_seconds,
        p_accessed_at => v_of.moments
    );

    if v_coins is not null then
        for v_place in 1..cardinality(p_rows) loop
            continue when v_coins[v_place] is null;

            perform post_coins(
                p_transaction_id => v_coin_transaction_ids[v_place],
                p_from => school_coin_account('issuance'),
                p_to => v_of.user_ids[v_place],
                p_amount => v_coins[v_place]
            );
        end loop;
    end if;
end;
$$;

comment on function reward_lessons is 'Internal: XP, coins, counters and streaks of lessons that were just completed.';
-- Granted to nobody: it believes the rows.
revoke all on function reward_lessons from public;
