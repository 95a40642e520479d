-- reward_lessons: what lessons that were just completed do to their learners: XP, coins, counters, streak.
--
-- A row says all of it: xp_earned is what the lesson pays, which goes to the ledger once per lesson, whoever completes it
-- how often; coins_earned the same for coins; counts_for_streak whether it is a day of learning. p_seconds are those it
-- adds to the time spent, for some may have been counted before it was completed. One UPDATE of the people's
-- counters. Lessons that pay no coins, as most, cost nothing for them. A person comes once, and they come in the order of
-- their ids.
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
    p_seconds integer[]
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
    v_row lesson_progress;
    v_user_ids uuid[];
    v_scores numeric[];
    v_at timestamptz[];
    v_xp integer[];
    v_paid uuid[];
    v_stats user_stats[];
    v_learning_ids uuid[] := array[]::uuid[];
    v_learned_at timestamptz[];
    v_learned user_stats[];
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
        returning x.user_id
    )

    select coalesce(array_agg(p.user_id), '{}') into v_paid from paid as p;

    for v_place in 1..cardinality(p_rows) loop
        v_row := p_rows[v_place];
        v_user_ids[v_place] := v_row.user_id;
        v_scores[v_place] := v_row.score;
        v_at[v_place] := v_row.completed_at;

        if v_row.counts_for_streak then
            v_learning_ids := v_learning_ids || v_row.user_id;
            v_learned_at := v_learned_at || v_row.completed_at;
        end if;

        if v_row.xp_earned > 0 and v_row.user_id = any(v_paid) then
            v_xp[v_place] := v_row.xp_earned;
        elsif v_row.xp_earned > 0 then
            -- The XP of this lesson was given before: by hand, or for progress that was removed since.
            update lesson_progress as p set xp_earned = 0 where p.id = v_row.id;
        end if;

        if v_row.coins_earned > 0 then
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
        end if;
    end loop;

    v_stats := lock_user_stats(p_user_ids => v_user_ids);

    -- Whose lesson is no day of learning keeps the streak they have.
    v_learned := move_streaks(
        p_stats => array(select s from unnest(v_stats) as s where s.user_id = any(v_learning_ids) order by s.user_id),
        p_activity_type => 'lesson',
        p_occurred_at => v_learned_at
    );

    for v_place in 1..cardinality(v_learned) loop
        v_streaks[array_position(v_user_ids, v_learned[v_place].user_id)] := v_learned[v_place];
    end loop;

    perform bump_people(
        p_user_ids => v_user_ids,
        p_lessons => array_fill(1, array[cardinality(v_user_ids)]),
        p_scores => v_scores,
        p_occurred_at => v_at,
        p_xp => v_xp,
        p_xp_at => v_at,
        p_streaks => v_streaks,
        p_coins => v_coins,
        p_seconds => p_seconds,
        p_accessed_at => v_at
    );

    for v_place in 1..cardinality(p_rows) loop
        if v_coins[v_place] > 0 then
            perform post_coins(
                p_transaction_id => v_coin_transaction_ids[v_place],
                p_from => school_coin_account('issuance'),
                p_to => v_user_ids[v_place],
                p_amount => v_coins[v_place]
            );
        end if;
    end loop;
end;
$$;

comment on function reward_lessons is 'Internal: XP, coins, counters and streaks of lessons that were just completed.';
-- Granted to nobody: it believes the rows.
revoke all on function reward_lessons from public;
