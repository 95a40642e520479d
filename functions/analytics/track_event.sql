-- track_event: notes what the caller did in the application; returns the event's id.
--
-- Appends and locks nobody. Address and browser are kept once per visit, apart from what was done and for 30 days: without a
-- session_id they are not kept at all.
--
-- called by  everyone who is signed in; for visitors the back end calls track_events
-- requires   require_user, require_unerased, check_event, keep_context
-- errors     PA401 · PA403 · PA404 no such course · PA422 a kind that is no name, data that are no object or above 10,000
--            bytes, a session or a browser above its length
create or replace function track_event(
    p_event_type text,
    p_event_data jsonb default '{}',
    p_session_id text default null,
    p_course_id uuid default null,
    p_ip_address inet default null,
    p_user_agent text default null
)
returns uuid
language plpgsql
volatile
security definer -- writes analytics_events, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_id uuid;
begin
    perform check_event(p_event_type => p_event_type, p_event_data => p_event_data, p_session_id => p_session_id);

    if p_course_id is not null and not exists (
        select from courses as c where c.id = p_course_id and c.deleted_at is null
    ) then
        raise exception 'there is no such course'
            using errcode = 'PA404', detail = format('course_id = %s', p_course_id),
                hint = 'Leave it out for what happens outside of courses.';
    end if;

    perform require_unerased(p_user_id => v_user_id);

    insert into analytics_events (user_id, course_id, event_type, event_data, session_id)
    values (v_user_id, p_course_id, p_event_type, coalesce(p_event_data, '{}'), p_session_id)
    returning id into v_id;

    perform keep_context(
        p_session_id => p_session_id, p_user_id => v_user_id, p_ip_address => p_ip_address, p_user_agent => p_user_agent
    );

    return v_id;
end;
$$;

comment on function track_event is 'Notes what the caller did; returns the id of the event.';
revoke all on function track_event from public;
grant execute on function track_event to pgacademy_student, pgacademy_instructor, pgacademy_admin;
