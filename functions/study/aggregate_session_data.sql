-- aggregate_session_data: what is kept of sessions that ended before p_before (null: six months ago): their data becomes metrics
-- and is gone. Returns how many sessions.
--
-- At most p_limit at a time, the oldest first: call it until it returns 0. A session is done once, whoever runs this how often
-- and wherever it stopped: aggregated_at says so, in the transaction of its metrics. One that nobody ended and in which nothing
-- has happened since counts as abandoned with its last interaction.
--
-- Metrics of a session, at the moment of its end: interactions, completion, duration; accuracy and speed where there is
-- something to take them from; retention, the same for a session of reviews. Run it before interactions of that time are
-- dropped: it counts them.
--
-- called by  apply_retention
-- requires   require_service, require_limit, require_moment, list_partitions, ensure_partitions
-- errors     PA403 not the service · PA422 a moment in the future, p_limit not 1 to 100000 · 55P03 from ensure_partitions
create or replace function aggregate_session_data(
    p_before timestamptz default null,
    p_limit integer default 1000
)
returns bigint
language plpgsql
volatile
security definer -- reads everyone's interactions, writes metrics
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_before timestamptz;
    v_month timestamptz;
    v_ids uuid[];
    v_done bigint;
begin
    perform require_service();
    perform require_limit(p_limit => p_limit, p_max => 100000);

    v_before := case when p_before is null then v_now - interval '6 months' else require_moment(p_at => p_before) end;

    v_ids := array(
        select s.id
        from learning_sessions as s
        where
            s.aggregated_at is null
            and s.started_at < v_before
            and (
                s.ended_at < v_before
                or (
                    s.ended_at is null
                    and not exists (
                        select from interactions as i where i.learning_session_id = s.id and i.created_at >= v_before
                    )
                )
            )
        order by s.started_at, s.id
        limit p_limit
    );

    -- Sessions that were imported may lie before the first month. Partitions come before any other lock. Interactions are
    -- looked for where nobody ended the session, and only there: as a join this read all there are.
    for v_month in
        with there as materialized (
            select l.starts_at, l.ends_at from list_partitions() as l where l.table_name = 'progress_metrics'
        )

        select distinct date_trunc('month', e.ended_at, 'UTC')
        from (
            select
                coalesce(
                    s.ended_at,
                    greatest(
                        s.started_at,
                        (select max(i.created_at) from interactions as i where i.learning_session_id = s.id)
                    )
                ) as ended_at
            from learning_sessions as s
            where s.id = any(v_ids)
        ) as e
        where not exists (select from there as t where t.starts_at <= e.ended_at and e.ended_at < t.ends_at)
        order by 1
    loop
        perform ensure_partitions(p_as_of => v_month, p_months_ahead => 0);
    end loop;

    -- What somebody else has in hand is left for the next time.
    v_ids := array(
        select s.id
        from learning_sessions as s
        where s.id = any(v_ids) and s.aggregated_at is null
        order by s.id
        for no key update skip locked
    );

    update learning_sessions as s
    set status = 'abandoned', ended_at = greatest(s.started_at, e.last_at)
    from (
        select l.id, max(i.created_at) as last_at
        from learning_sessions as l
        left join interactions as i on i.learning_session_id = l.id
        where l.id = any(v_ids) and l.status = 'active'
        group by l.id
    ) as e
    where s.id = e.id;

    insert into progress_metrics (
        user_id, learning_session_id, metric_type, metric_value, metric_data, subject_area, aggregation_type, recorded_at
    )
    select
        s.user_id, s.id, v.metric_type, v.metric_value, v.metric_data || jsonb_build_object('session_type', s.session_type),
        m.subject_area, v.aggregation_type, s.ended_at
    from learning_sessions as s
    inner join study_materials as m on m.id = s.study_material_id
    cross join lateral (
        select
            count(*) filter (where i.is_correct) as correct,
            count(i.is_correct) as graded,
            count(i.response_time_ms) as timed,
            sum(i.response_time_ms) as response_ms,
            count(*) filter (where i.interaction_type = 'answer') as answers,
            count(*) filter (where i.interaction_type = 'view') as views,
            count(*) filter (where i.interaction_type = 'skip') as skips
        from interactions as i
        where i.learning_session_id = s.id
    ) as n
    cross join lateral (
        values
        (
            'interactions', s.total_interactions::numeric, 'count',
            jsonb_build_object('answers', n.answers, 'views', n.views, 'skips', n.skips)
        ),
        ('completion', s.completion_percentage, 'last', jsonb_build_object('status', s.status)),
        ('duration', round(extract(epoch from s.ended_at - s.started_at), 3), 'sum', '{}'),
        (
            'accuracy', round(100.0 * n.correct / nullif(n.graded, 0), 2), 'average',
            jsonb_build_object('correct', n.correct, 'graded', n.graded)
        ),
        ('speed', round(n.response_ms::numeric / nullif(n.timed, 0), 1), 'average', jsonb_build_object('timed', n.timed)),
        (
            'retention', case when s.session_type = 'review' then round(100.0 * n.correct / nullif(n.graded, 0), 2) end,
            'average', jsonb_build_object('correct', n.correct, 'graded', n.graded)
        )
    ) as v (metric_type, metric_value, aggregation_type, metric_data)
    where s.id = any(v_ids) and v.metric_value is not null
    order by s.ended_at, s.id;

    update learning_sessions as s
    set session_data = null, aggregated_at = v_now
    where s.id = any(v_ids);
    get diagnostics v_done = row_count;

    return v_done;
end;
$$;

comment on function aggregate_session_data is 'Makes metrics of the data of old sessions, a batch at a time; returns how many sessions.';
revoke all on function aggregate_session_data from public;
grant execute on function aggregate_session_data to pgacademy_service;
