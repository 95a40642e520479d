-- close_overdue_drafts: hands in the drafts of exercises whose time is over, as they were saved. Returns how many.
--
-- At most p_limit in one call; call it until it returns 0. A learner who comes back earlier has it done by start_exercise.
--
-- called by  a job, every minute or so
-- requires   require_service, grace_time, require_limit
-- errors     PA403 not the service · PA422 a limit out of range
create or replace function close_overdue_drafts(
    p_limit integer default 1000
)
returns integer
language plpgsql
volatile
security definer -- writes exercise_submissions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_before timestamptz;
    v_count integer;
begin
    perform require_service();

    perform require_limit(p_limit => p_limit, p_max => 10000);

    v_before := clock_timestamp() - grace_time();

    -- Each of the two ends by an index of its own: with the lesser of them every draft there is would be read every minute.
    -- Who is handing in this very moment holds the row; it is left to them.
    with due as (
        select s.id, least(s.deadline_at, x.due_at) as deadline
        from exercise_submissions as s
        inner join exercises as x on x.id = s.exercise_id
        where
            s.status = 'draft'
            and s.id = any(
                array(
                    select d.id
                    from exercise_submissions as d
                    where d.status = 'draft' and d.deadline_at < v_before
                    order by d.deadline_at
                    limit p_limit
                ) || array(
                    select d.id
                    from exercises as c
                    inner join exercise_submissions as d on d.exercise_id = c.id and d.status = 'draft'
                    where c.due_at < v_before
                    limit p_limit
                )
            )
        order by s.id
        limit p_limit
        for no key update of s skip locked
    )

    update exercise_submissions as s
    set status = 'submitted', submitted_at = greatest(d.deadline, s.started_at), closed_by = 'deadline'
    from due as d
    where s.id = d.id;

    get diagnostics v_count = row_count;
    return v_count;
end;
$$;

comment on function close_overdue_drafts is 'Hands in the drafts whose time is over; returns how many.';
revoke all on function close_overdue_drafts from public;
grant execute on function close_overdue_drafts to pgacademy_service;
