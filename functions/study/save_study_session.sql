-- save_study_session: keeps where the caller is in a session: how far, and the application's own state. Null is unchanged.
--
-- called by  learners
-- requires   require_own_session, check_session_values
-- errors     PA401, PA403 from require_user · PA404 no such session of the caller's · PA409 it has ended · PA422 a
--            percentage or state of no use
create or replace function save_study_session(
    p_session_id uuid,
    p_completion_percentage numeric default null,
    p_session_data jsonb default null
)
returns void
language plpgsql
volatile
security definer -- updates learning_sessions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_session learning_sessions := require_own_session(p_session_id => p_session_id);
begin
    perform check_session_values(p_completion_percentage => p_completion_percentage, p_document => p_session_data);

    if v_session.status <> 'active' then
        raise exception 'this session has ended'
            using errcode = 'PA409', detail = format('status = %s, ended_at = %s', v_session.status, v_session.ended_at),
                hint = 'Start another.';
    end if;

    update learning_sessions as s
    set
        completion_percentage = coalesce(p_completion_percentage, s.completion_percentage),
        session_data = coalesce(p_session_data, s.session_data)
    where s.id = p_session_id;
end;
$$;

comment on function save_study_session is 'Keeps how far the caller is in a session, and its state.';
revoke all on function save_study_session from public;
grant execute on function save_study_session to pgacademy_student;
