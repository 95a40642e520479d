-- lock_user_stats: locks people's counters in the order of their ids, and returns them so; makes those of people who have none.
--
-- Who is listed twice is locked once.
--
-- called by  count_deeds, grant_to_people, reward_lessons, record_activity, record_completions
-- requires   ensure_user_stats
-- errors     PA404 no such person
create or replace function lock_user_stats(
    p_user_ids uuid[]
)
returns user_stats[]
language plpgsql
volatile
security invoker
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
set enable_seqscan = off -- rows by their keys: a plan for ten would read all of a small table
as $$
#variable_conflict use_column
declare
    v_stats user_stats[];
begin
    loop
        v_stats := array(
            select s from user_stats as s where s.user_id = any(p_user_ids) order by s.user_id for no key update
        );

        exit when cardinality(v_stats) = cardinality(p_user_ids);

        perform ensure_user_stats(p_user_id => u.user_id)
        from unnest(p_user_ids) as u (user_id)
        where not exists (select from user_stats as s where s.user_id = u.user_id)
        order by u.user_id;

        exit when not found;
    end loop;

    return v_stats;
end;
$$;

comment on function lock_user_stats is 'Internal: locks people''s counters in the order of their ids, and makes them where there are none.';
-- Granted to nobody: part of procedures.
revoke all on function lock_user_stats from public;
