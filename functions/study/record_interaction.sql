-- record_interaction: something the caller did in a session of theirs.
--
-- An answer to a generated quiz is graded here, whatever p_is_correct says; of anything else the person says
-- themselves whether they knew it. It earns nothing. The session's count moves with it: interactions of one session queue on
-- its row.
--
-- called by  learners
-- requires   require_user, require_unerased, check_shape, interaction_data_shape, claim_idempotency_key, grade_interaction,
--            store_reply
-- errors     PA401, PA403 from require_user · PA404 no such session of the caller's, or no such asset of its material ·
--            PA409 the session has ended, key used for another request · PA422 a value out of range, another shape
create or replace function record_interaction(
    p_session_id uuid,
    p_interaction_type text,
    p_interaction_data jsonb default '{}',
    p_asset_id uuid default null,
    p_is_correct boolean default null,
    p_response_time_ms integer default null,
    p_confidence_level numeric default null,
    p_idempotency_key text default null
)
returns table (
    interaction_id uuid,
    created_at timestamptz,
    is_correct boolean,
    feedback_data jsonb,
    total_interactions integer
)
language plpgsql
volatile
security definer -- inserts into interactions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_session learning_sessions;
    v_asset generated_assets;
    v_reply jsonb;
begin
    if
        (p_interaction_type in ('answer', 'view', 'skip')) is not true
        or (p_is_correct is not null and p_interaction_type <> 'answer')
        or (p_response_time_ms between 0 and 86400000) is false
        or (p_confidence_level between 0 and 1) is false
        or octet_length(p_interaction_data::text) > 65536
    then
        raise exception 'this is no interaction'
            using errcode = 'PA422',
                detail = format(
                    'interaction_type = %s, is_correct = %s, response_time_ms = %s, confidence_level = %s, data of %s bytes',
                    coalesce(left(p_interaction_type, 60), 'null'), coalesce(p_is_correct::text, 'null'),
                    coalesce(p_response_time_ms::text, 'null'), coalesce(left(p_confidence_level::text, 60), 'null'),
                    octet_length(p_interaction_data::text)
                ),
                hint = 'Types are answer, view, skip; only an answer is right or wrong; confidence is 0 to 1.';
    end if;

    perform check_shape(p_document => coalesce(p_interaction_data, 'null'), p_shape => interaction_data_shape());

    v_reply := claim_idempotency_key(
        p_actor => v_user_id::text,
        p_procedure => 'record_interaction',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'session_id', p_session_id, 'interaction_type', p_interaction_type, 'interaction_data', p_interaction_data,
            'asset_id', p_asset_id, 'is_correct', p_is_correct, 'response_time_ms', p_response_time_ms,
            'confidence_level', p_confidence_level
        )
    );

    if v_reply is not null then
        return query
        select r.interaction_id, r.created_at, r.is_correct, r.feedback_data, r.total_interactions
        from jsonb_to_record(v_reply) as r (
            interaction_id uuid, created_at timestamptz, is_correct boolean, feedback_data jsonb,
            total_interactions integer
        );
        return;
    end if;

    update learning_sessions as s
    set total_interactions = s.total_interactions + 1
    where s.id = p_session_id and s.user_id = v_user_id and s.status = 'active'
    returning s.* into v_session;

    if not found then
        if exists (select from learning_sessions as s where s.id = p_session_id and s.user_id = v_user_id) then
            raise exception 'this session has ended'
                using errcode = 'PA409', detail = format('session_id = %s', p_session_id), hint = 'Start another.';
        end if;

        raise exception 'there is no such session'
            using errcode = 'PA404', detail = format('session_id = %s', coalesce(p_session_id::text, 'null')),
                hint = 'Start one with start_study_session().';
    end if;

    if p_asset_id is not null then
        select a.*
        into v_asset
        from generated_assets as a
        where a.id = p_asset_id and a.study_material_id = v_session.study_material_id and a.status = 'ready';

        if not found then
            raise exception 'there is no such asset of this material'
                using errcode = 'PA404', detail = format('asset_id = %s', p_asset_id),
                    hint = 'Use one of the material that the session is about.';
        end if;
    end if;

    is_correct := p_is_correct;

    if p_interaction_type = 'answer' and v_asset.asset_type = 'quiz' then
        select g.is_correct, g.feedback
        into is_correct, feedback_data
        from grade_interaction(p_content => v_asset.content, p_data => p_interaction_data) as g;
    end if;

    perform require_unerased(p_user_id => v_user_id);

    insert into interactions as i (
        learning_session_id, user_id, generated_asset_id, interaction_type, interaction_data, is_correct,
        response_time_ms, confidence_level, feedback_data
    )
    values (
        p_session_id, v_user_id, p_asset_id, p_interaction_type, p_interaction_data, is_correct, p_response_time_ms,
        p_confidence_level, feedback_data
    )
    returning i.id, i.created_at into interaction_id, created_at;

    total_interactions := v_session.total_interactions;

    perform store_reply(
        p_actor => v_user_id::text,
        p_procedure => 'record_interaction',
        p_key => p_idempotency_key,
        p_reply => jsonb_build_object(
            'interaction_id', interaction_id, 'created_at', created_at, 'is_correct', is_correct,
            'feedback_data', feedback_data, 'total_interactions', total_interactions
        )
    );

    return next;
end;
$$;

comment on function record_interaction is 'Records what the caller did in a session; says whether an answer was right.';
revoke all on function record_interaction from public;
grant execute on function record_interaction to pgacademy_student;
