-- check_event: refuses an event that the table would refuse, and says what is wrong with it.
--
-- Whom and what it names, and when it happened, comes as text, as in a batch; p_nth is its place there, for the message.
--
-- called by  track_event, track_events
-- requires   moment_or_null
-- errors     PA422
create or replace function check_event(
    p_event_type text,
    p_event_data jsonb,
    p_session_id text,
    p_user_id text default null,
    p_course_id text default null,
    p_occurred_at text default null,
    p_nth bigint default 1
)
returns void
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    -- As the server reads them, with hyphens or without.
    v_uuid constant text := '^([0-9a-f]{4}-?){7}[0-9a-f]{4}$';
begin
    if (p_event_type ~ '^[a-z][a-z0-9_.]{0,99}$') is not true then
        raise exception 'this is no kind of event'
            using errcode = 'PA422',
                detail = format('event %s: event_type = %s', p_nth, coalesce(left(p_event_type, 120), 'null')),
                hint = 'Use a name of small letters, digits, dots and underscores, for example page.viewed.';
    end if;

    if jsonb_typeof(p_event_data) <> 'object' or octet_length(p_event_data::text) > 10000 then
        raise exception 'what is told of an event is an object of at most 10,000 bytes'
            using errcode = 'PA422',
                detail = format(
                    'event %s: %s of %s bytes', p_nth, jsonb_typeof(p_event_data), octet_length(p_event_data::text)
                ),
                hint = 'Tell what is counted later; contents belong elsewhere.';
    end if;

    if length(p_session_id) not between 1 and 255 then
        raise exception 'the name of a visit has 1 to 255 characters'
            using errcode = 'PA422', detail = format('event %s: length = %s', p_nth, length(p_session_id)),
                hint = 'Use a random name per visit, never the token of a session.';
    end if;

    if p_user_id !~* v_uuid or p_course_id !~* v_uuid then
        raise exception 'a person and a course are named by a UUID'
            using errcode = 'PA422',
                detail = format(
                    'event %s: user_id = %s, course_id = %s', p_nth, left(p_user_id, 60), left(p_course_id, 60)
                ),
                hint = 'Pass the ids of users and courses, or leave them out.';
    end if;

    if p_occurred_at is not null and moment_or_null(p_text => p_occurred_at) is null then
        raise exception 'an event happened at a moment'
            using errcode = 'PA422', detail = format('event %s: occurred_at = %s', p_nth, left(p_occurred_at, 60)),
                hint = 'Pass a date and a time with its zone, for example 2026-01-31T09:30:00Z.';
    end if;
end;
$$;

comment on function check_event is 'Internal: refuses an event that is out of shape.';
-- Granted to nobody: it is part of procedures.
revoke all on function check_event from public;
