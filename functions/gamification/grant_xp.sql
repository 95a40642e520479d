-- grant_xp: give a learner experience points, once per source.
--
-- Appends to the ledger (xp_events) and moves user_stats with it, level and periods included. The same learner, source
-- and occurrence again changes nothing, whatever the amount, and returns the totals as they stand with awarded = 0, so
-- callers may retry. It grants no achievements: callers that should, call grant_achievements afterwards.
--
-- It believes its callers, who know the person and the amount; what the back end says, award_xp looks at first.
--
-- called by  award_xp, mark_solution
-- requires   bump_stats
-- errors     none of its own; 23503 no such person, 23514 an amount or source that the ledger refuses
create or replace function grant_xp(
    p_user_id uuid,
    p_amount integer,
    p_source_type text,
    p_source_id uuid,
    p_reason text default null,
    p_occurrence text default '',
    p_occurred_at timestamptz default null
)
returns table (total_xp bigint, current_level integer, awarded integer)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_at timestamptz := coalesce(p_occurred_at, now());
begin
    insert into xp_events (user_id, amount, source_type, source_id, occurrence, reason, awarded_at)
    values (p_user_id, p_amount, p_source_type, p_source_id, coalesce(p_occurrence, ''), p_reason, v_at)
    on conflict do nothing;

    if found then
        return query
        select a.total_xp, a.current_level, p_amount
        from bump_stats(p_user_id => p_user_id, p_xp => p_amount, p_xp_at => v_at) as a;
    else
        -- A new statement: it sees what the other award committed while the insert waited for it.
        return query
        select s.total_xp, s.current_level, 0
        from user_stats as s
        where s.user_id = p_user_id;
    end if;
end;
$$;

comment on function grant_xp is
'Internal: gives a learner XP once per source and occurrence; returns the totals and what was awarded.';
-- Granted to nobody: it is part of procedures.
revoke all on function grant_xp from public;
