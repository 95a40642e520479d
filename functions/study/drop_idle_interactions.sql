-- drop_idle_interactions: deletes old interactions of people who have not been active since p_before; returns how many.
--
-- Those of active people stay for their longer time, also in the same month. Only what was aggregated goes: its figures are
-- in progress_metrics. Feedback on them stays and forgets where they were (its trigger).
--
-- called by  apply_retention
-- errors     none
create or replace function drop_idle_interactions(
    p_before timestamptz,
    p_limit integer
)
returns bigint
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_count bigint;
begin
    with old as (
        select i.id, i.created_at
        from user_stats as t
        inner join interactions as i on i.user_id = t.user_id and i.created_at < p_before
        inner join learning_sessions as s on s.id = i.learning_session_id and s.aggregated_at is not null
        where
            coalesce(t.last_activity_at, '-infinity') < p_before
            and not exists (select from interactions as n where n.user_id = t.user_id and n.created_at >= p_before)
        limit p_limit
        for update of i skip locked
    )

    delete from interactions as i
    using old as o
    where i.id = o.id and i.created_at = o.created_at;

    get diagnostics v_count = row_count;
    return v_count;
end;
$$;

comment on function drop_idle_interactions is 'Internal: deletes old interactions of inactive people; returns how many.';
-- Granted to nobody: retention calls it.
revoke all on function drop_idle_interactions from public;
