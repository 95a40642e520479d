-- reward_lesson: what a lesson that was just completed does to its learner: XP, coins, counters, streak.
--
-- The row says all of it: xp_earned is what the lesson pays, which goes to the ledger once per lesson, whoever completes it
-- how often; coins_earned the same for
-- coins; counts_for_streak whether it is a day of learning. p_seconds are those it adds to the time spent, for some may have been
-- counted before it was completed. One UPDATE of the person's counters. A lesson that pays no coins, as most, costs nothing for
-- them.
--
-- The lock on the counters is taken after the ledger is written: of two awards for one source the later one waits at the
-- ledger, holding nothing the earlier one needs. (Who begins a quiz while an attempt of theirs is overdue has the counters
-- before; there the lock on the enrolment keeps the two apart.)
--
-- called by  update_course_progress
-- requires   move_streak, bump_stats, ensure_user_stats, record_coin_reward, post_coins, school_coin_account
-- errors     none of its own
create or replace function reward_lesson(
    p_progress lesson_progress,
    p_seconds integer
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_stats user_stats;
    v_xp integer := 0;
    v_coins bigint := 0;
    v_coin_transaction_id uuid;
begin
    if p_progress.xp_earned > 0 then
        insert into xp_events (user_id, amount, source_type, source_id, reason, awarded_at)
        select
            p_progress.user_id, p_progress.xp_earned, 'lesson', l.id, left(l.title, 500), p_progress.completed_at
        from lessons as l
        where l.id = p_progress.lesson_id
        on conflict do nothing;

        if found then
            v_xp := p_progress.xp_earned;
        else
            -- The XP of this lesson was given before: by hand, or for progress that was removed since.
            update lesson_progress as p set xp_earned = 0 where p.id = p_progress.id;
        end if;
    end if;

    if p_progress.coins_earned > 0 then
        v_coin_transaction_id := record_coin_reward(
            p_user_id => p_progress.user_id,
            p_amount => p_progress.coins_earned,
            p_source_type => 'lesson',
            p_source_id => p_progress.lesson_id,
            p_description => (select l.title from lessons as l where l.id = p_progress.lesson_id)
        );

        if v_coin_transaction_id is not null then
            v_coins := p_progress.coins_earned;
        else
            update lesson_progress as p set coins_earned = 0 where p.id = p_progress.id;
        end if;
    end if;

    if p_progress.counts_for_streak then
        loop
            select s.* into v_stats from user_stats as s where s.user_id = p_progress.user_id for no key update;
            exit when found;
            perform ensure_user_stats(p_user_id => p_progress.user_id);
        end loop;

        v_stats := move_streak(
            p_stats => v_stats, p_activity_type => 'lesson', p_occurred_at => p_progress.completed_at
        );
    end if;

    perform bump_stats(
        p_user_id => p_progress.user_id,
        p_lessons => 1,
        p_score => p_progress.score,
        p_occurred_at => p_progress.completed_at,
        p_xp => v_xp,
        p_xp_at => p_progress.completed_at,
        p_streak => v_stats,
        p_coins => v_coins,
        p_seconds => p_seconds,
        p_accessed_at => p_progress.completed_at
    );

    if v_coins > 0 then
        perform post_coins(
            p_transaction_id => v_coin_transaction_id,
            p_from => school_coin_account('issuance'),
            p_to => p_progress.user_id,
            p_amount => v_coins
        );
    end if;
end;
$$;

comment on function reward_lesson is 'Internal: XP, coins, counters and streak of a lesson that was just completed.';
-- Granted to nobody: it believes the row.
revoke all on function reward_lesson from public;
