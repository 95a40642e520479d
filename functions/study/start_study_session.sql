-- start_study_session: the caller begins to work on a material of theirs.
--
-- called by  learners
-- requires   require_user, check_session_values, claim_idempotency_key, require_own_material, bump_stats, store_reply
-- errors     PA401, PA403 from require_user · PA404 no such material of the caller's · PA409 the material is not ready,
--            key used for another request · PA422 no such type of session, configuration is no object
create or replace function start_study_session(
    p_material_id uuid,
    p_session_type text default 'study',
    p_configuration jsonb default '{}',
    p_idempotency_key text default null
)
returns uuid
language plpgsql
volatile
security definer -- inserts into learning_sessions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_now timestamptz := now();
    v_material study_materials;
    v_reply jsonb;
    v_session_id uuid;
begin
    if (p_session_type in ('quiz', 'review', 'study')) is not true then
        raise exception 'there is no such type of session'
            using errcode = 'PA422', detail = format('session_type = %s', coalesce(left(p_session_type, 60), 'null')),
                hint = 'Use quiz, review or study.';
    end if;

    perform check_session_values(p_completion_percentage => null, p_document => p_configuration);

    v_reply := claim_idempotency_key(
        p_actor => v_user_id::text,
        p_procedure => 'start_study_session',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'material_id', p_material_id, 'session_type', p_session_type, 'configuration', p_configuration
        )
    );

    if v_reply is not null then
        return (v_reply #>> '{}')::uuid;
    end if;

    v_material := require_own_material(p_material_id => p_material_id);

    if v_material.status <> 'ready' then
        raise exception 'this material is not ready'
            using errcode = 'PA409', detail = format('status = %s', v_material.status),
                hint = 'Wait until it was cut into chunks; if that failed, add it again.';
    end if;

    insert into learning_sessions (user_id, study_material_id, session_type, configuration, session_data, started_at)
    values (v_user_id, p_material_id, p_session_type, coalesce(p_configuration, '{}'), '{}', v_now)
    returning id into v_session_id;

    perform bump_stats(p_user_id => v_user_id, p_occurred_at => v_now);
    perform store_reply(
        p_actor => v_user_id::text, p_procedure => 'start_study_session', p_key => p_idempotency_key,
        p_reply => to_jsonb(v_session_id)
    );

    return v_session_id;
end;
$$;

comment on function start_study_session is 'Begins a session of the caller with one of their materials; returns its id.';
revoke all on function start_study_session from public;
grant execute on function start_study_session to pgacademy_student;
