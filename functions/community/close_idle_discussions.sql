-- close_idle_discussions: closes discussions in which nothing has moved since p_before; returns how many.
--
-- They are archived where they are: they can be read, found and linked to, and take no more replies. Their rows stay
-- because what people have earned and every counter stands on them.
--
-- called by  apply_retention
-- errors     none
create or replace function close_idle_discussions(
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
    v_now timestamptz := now();
    v_count bigint;
begin
    with idle as (
        select s.discussion_id
        from discussion_stats as s
        inner join discussions as d on d.id = s.discussion_id
        where s.last_activity_at < p_before and d.closed_at is null and d.deleted_at is null
        order by s.last_activity_at
        limit p_limit
        for update of s skip locked -- whoever is replying holds this row: then it is not idle
    )

    update discussions as d
    set closed_at = v_now
    from idle as i
    where d.id = i.discussion_id and d.closed_at is null;

    get diagnostics v_count = row_count;
    return v_count;
end;
$$;

comment on function close_idle_discussions is 'Internal: closes discussions that have come to rest; returns how many.';
-- Granted to nobody: retention calls it.
revoke all on function close_idle_discussions from public;
