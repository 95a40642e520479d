-- require_own_session: a session of the caller's, locked for them. Another's is none.
--
-- called by  save_study_session, end_study_session
-- requires   require_user
-- errors     PA401, PA403 from require_user · PA404 no such session of the caller's
create or replace function require_own_session(
    p_session_id uuid
)
returns learning_sessions
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_session learning_sessions;
begin
    select s.*
    into v_session
    from learning_sessions as s
    where s.id = p_session_id and s.user_id = v_user_id
    for no key update;

    if not found then
        raise exception 'there is no such session'
            using errcode = 'PA404', detail = format('session_id = %s', coalesce(p_session_id::text, 'null')),
                hint = 'Start one with start_study_session().';
    end if;

    return v_session;
end;
$$;

comment on function require_own_session is 'Internal: a learning session of the caller''s, locked for them.';
-- Granted to nobody: part of procedures.
revoke all on function require_own_session from public;
