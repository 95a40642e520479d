-- use_solution_quota: may another solution of this person be paid today? If so it is counted as paid.
--
-- Two who ask and answer each other could else make XP without end. The settings xp.solution_daily_max and
-- xp.solution_pair_daily_max say how many are paid to a person in a day of theirs, and how many of these for the
-- questions of one person; 0 pays none. The day is the clock's, not the transaction's, and never an earlier one than
-- was counted last. The row is updated by everybody who counts: of two at once the later one waits and sees the first,
-- or fails with 40001 if its snapshot is older.
--
-- called by  mark_solution
-- requires   setting, local_date
-- errors     none
create or replace function use_solution_quota(
    p_user_id uuid,
    p_asker_id uuid
)
returns boolean
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_max integer := coalesce((setting(p_key => 'xp.solution_daily_max') #>> '{}')::integer, 5);
    v_pair_max integer := coalesce((setting(p_key => 'xp.solution_pair_daily_max') #>> '{}')::integer, 1);
    v_today date := local_date(p_user_id => p_user_id, p_at => clock_timestamp());
begin
    if least(v_max, v_pair_max) < 1 then
        return false;
    end if;

    insert into solution_quotas as q (user_id, rewarded_on, asker_ids)
    values (p_user_id, v_today, array[p_asker_id])
    on conflict (user_id) do update
    set
        rewarded_on = greatest(q.rewarded_on, excluded.rewarded_on),
        asker_ids = case when excluded.rewarded_on > q.rewarded_on then '{}' else q.asker_ids end || p_asker_id
    where
        excluded.rewarded_on > q.rewarded_on
        or (
            cardinality(q.asker_ids) < v_max
            and cardinality(array_positions(q.asker_ids, p_asker_id)) < v_pair_max
        );

    return found;
end;
$$;

comment on function use_solution_quota is 'Internal: counts a solution as paid today, if the person has not been paid enough; whether.';
-- Granted to nobody: part of procedures.
revoke all on function use_solution_quota from public;
