-- end_study_session: the caller ends a session. Ending it again changes nothing and returns what it was.
--
-- A session in which something was done is a day of learning.
--
-- called by  learners
-- requires   require_own_session, check_session_values, record_activity
-- errors     PA401, PA403 from require_user · PA404 no such session of the caller's · PA422 a percentage or state of no use
create or replace function end_study_session(
    p_session_id uuid,
    p_completion_percentage numeric default null,
    p_session_data jsonb default null
)
returns table (
    status text,
    started_at timestamptz,
    ended_at timestamptz,
    total_interactions integer,
    completion_percentage numeric
)
language plpgsql
volatile
security definer -- updates learning_sessions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_session learning_sessions := require_own_session(p_session_id => p_session_id);
    v_now timestamptz := now();
begin
    perform check_session_values(p_completion_percentage => p_completion_percentage, p_document => p_session_data);

    if v_session.status = 'active' then
        update learning_sessions as s
        set
            status = 'completed',
            ended_at = greatest(v_now, s.started_at),
            completion_percentage = coalesce(p_completion_percentage, s.completion_percentage),
            session_data = coalesce(p_session_data, s.session_data)
        where s.id = p_session_id
        returning s.* into v_session;

        if v_session.total_interactions > 0 then
            perform record_activity(p_user_id => v_session.user_id, p_activity_type => 'study', p_occurred_at => v_now);
        end if;
    end if;

    return query
    select
        v_session.status, v_session.started_at, v_session.ended_at, v_session.total_interactions,
        v_session.completion_percentage;
end;
$$;

comment on function end_study_session is 'Ends a session of the caller; returns how it went.';
revoke all on function end_study_session from public;
grant execute on function end_study_session to pgacademy_student;
