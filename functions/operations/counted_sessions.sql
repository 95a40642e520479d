-- counted_sessions: how many interactions each session has had, counted anew: of sessions that were not aggregated yet, for
-- of the others interactions may have gone. Of some sessions, or with null of all.
--
-- called by  study_findings, repair_study
-- errors     none
create or replace function counted_sessions(
    p_session_ids uuid[] default null
)
returns table (session_id uuid, total_interactions integer)
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return query
    select s.id, count(i.id)::integer
    from learning_sessions as s
    left join interactions as i on i.learning_session_id = s.id
    where s.aggregated_at is null and (p_session_ids is null or s.id = any(p_session_ids))
    group by s.id;
end;
$$;

comment on function counted_sessions is 'Internal: the interactions of sessions, counted anew.';
-- Granted to nobody: it counts other people's rows.
revoke all on function counted_sessions from public;
