-- record_interactions: many interactions at once, with their moments: imports, and devices that were offline. Returns how
-- many were new.
--
-- One with an id of its own is recorded once, however often it is sent; the idempotency key makes the same of the whole call. The
-- shape is interactions_batch_shape(). The sessions may have ended, but their data not yet been aggregated. A month that
-- is not there is made with ensure_partitions(), before.
--
-- called by  the service
-- requires   require_service, check_shape, interactions_batch_shape, claim_idempotency_key, list_partitions, moment_or_null, store_reply,
--            require_unerased
-- errors     PA403 not the service · PA404 no such session, or no such asset of its material · PA409 a session was
--            aggregated, key used for another request · PA422 another shape, with the path in the detail; a moment
--            that is none, in the future or in a month that is not there; a view that is right or wrong
create or replace function record_interactions(
    p_interactions jsonb,
    p_idempotency_key text default null
)
returns integer
language plpgsql
volatile
security definer -- inserts into interactions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_reply jsonb;
    v_wrong record;
    v_count integer;
begin
    perform require_service();
    perform check_shape(p_document => coalesce(p_interactions, 'null'), p_shape => interactions_batch_shape());

    v_reply := claim_idempotency_key(
        p_actor => 'service', p_procedure => 'record_interactions', p_key => p_idempotency_key,
        p_request => p_interactions
    );

    if v_reply is not null then
        return (v_reply #>> '{}')::integer;
    end if;

    select e.n - 1 as place, r.created_at
    into v_wrong
    from jsonb_array_elements(p_interactions) with ordinality as e (interaction, n)
    cross join lateral jsonb_to_record(e.interaction) as r (
        created_at text, interaction_type text, is_correct boolean
    )
    cross join lateral moment_or_null(p_text => r.created_at) as t (created_at)
    where
        t.created_at is null
        or t.created_at > statement_timestamp() + interval '5 minutes'
        or (r.is_correct is not null and r.interaction_type <> 'answer')
        or not exists (
            select
            from list_partitions() as l
            where l.table_name = 'interactions' and l.starts_at <= t.created_at and t.created_at < l.ends_at
        )
    order by e.n
    limit 1;

    if found then
        raise exception 'this interaction cannot be recorded'
            using errcode = 'PA422', detail = format('$[%s], created_at = %s', v_wrong.place, v_wrong.created_at),
                hint = 'Not the future; only an answer is right or wrong; ensure_partitions(p_as_of) makes past months.';
    end if;

    -- The sessions first, in the order of their ids; then a new look at them.
    perform
    from learning_sessions as s
    where s.id in (
        select (e.interaction ->> 'learning_session_id')::uuid
        from jsonb_array_elements(p_interactions) as e (interaction)
    )
    order by s.id
    for no key update;

    select e.n - 1 as place, s.aggregated_at
    into v_wrong
    from jsonb_array_elements(p_interactions) with ordinality as e (interaction, n)
    cross join lateral jsonb_to_record(e.interaction) as r (learning_session_id uuid, generated_asset_id uuid)
    left join learning_sessions as s on s.id = r.learning_session_id
    left join generated_assets as a on a.id = r.generated_asset_id and a.study_material_id = s.study_material_id
    where
        s.id is null
        or s.aggregated_at is not null
        or (r.generated_asset_id is not null and a.id is null)
    order by e.n
    limit 1;

    if v_wrong.aggregated_at is not null then
        raise exception 'the data of this session have become metrics'
            using errcode = 'PA409', detail = format('$[%s], at %s', v_wrong.place, v_wrong.aggregated_at),
                hint = 'What comes this late is no longer counted.';
    elsif found then
        raise exception 'there is no such session, or no such asset of its material'
            using errcode = 'PA404', detail = format('$[%s]', v_wrong.place),
                hint = 'Pass ids that start_study_session() and store_asset() returned.';
    end if;

    perform require_unerased(p_user_id => w.user_id)
    from (
        select distinct s.user_id
        from jsonb_array_elements(p_interactions) as e (interaction)
        inner join learning_sessions as s on s.id = (e.interaction ->> 'learning_session_id')::uuid
    ) as w;

    with added as (
        insert into interactions as i (
            id, learning_session_id, user_id, generated_asset_id, interaction_type, interaction_data, is_correct,
            response_time_ms, confidence_level, feedback_data, created_at
        )
        select
            coalesce(r.id, uuid_v7()),
            r.learning_session_id,
            s.user_id,
            r.generated_asset_id,
            r.interaction_type,
            coalesce(r.interaction_data, '{}'),
            r.is_correct,
            r.response_time_ms,
            r.confidence_level,
            r.feedback_data,
            r.created_at
        from jsonb_to_recordset(p_interactions) as r (
            id uuid, learning_session_id uuid, generated_asset_id uuid, interaction_type text, interaction_data jsonb,
            is_correct boolean, response_time_ms integer, confidence_level numeric, feedback_data jsonb,
            created_at timestamptz
        )
        inner join learning_sessions as s on s.id = r.learning_session_id
        on conflict (id, created_at) do nothing
        returning i.learning_session_id
    ),

    counted as (
        update learning_sessions as s
        set total_interactions = s.total_interactions + n.added
        from (
            select a.learning_session_id, count(*)::integer as added
            from added as a
            group by a.learning_session_id
        ) as n
        where s.id = n.learning_session_id
        returning n.added
    )

    select coalesce(sum(c.added), 0)::integer into v_count from counted as c;

    perform store_reply(
        p_actor => 'service', p_procedure => 'record_interactions', p_key => p_idempotency_key,
        p_reply => to_jsonb(v_count)
    );

    return v_count;
end;
$$;

comment on function record_interactions is 'Records many interactions, each with an id once; returns how many were new.';
revoke all on function record_interactions from public;
grant execute on function record_interactions to pgacademy_service;
