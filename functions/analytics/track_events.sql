-- track_events: notes many events at once, of anybody and of visitors; returns how many.
--
-- Each is an object {"event_type", "event_data", "session_id", "user_id", "course_id", "occurred_at"}; all but the first may be
-- missing. What happened may be up to 7 days ago, for devices that were offline. All are noted, or none. One statement for all
-- of them: with a key a batch sent again after a lost answer is noted once.
--
-- Larger imports are COPY by the owner, into analytics_events with its defaults: they are rolled up as any other.
--
-- called by  the back end
-- requires   require_service, claim_idempotency_key, check_event, require_moment, require_unerased, store_reply
-- errors     PA403 not the service · PA404 no such person or course · PA409 key used for another request · PA422 no array of at
--            most 10,000 objects; an event as track_event would refuse it; what is no UUID, or no time; a time in the
--            future or more than 7 days ago
create or replace function track_events(
    p_events jsonb,
    p_idempotency_key text default null
)
returns bigint
language plpgsql
volatile
security definer -- writes analytics_events, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_reply jsonb;
    v_wrong text;
    v_events bigint;
begin
    perform require_service();

    v_reply := claim_idempotency_key(
        p_actor => 'service',
        p_procedure => 'track_events',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object('events', p_events)
    );

    if v_reply is not null then
        return (v_reply #>> '{}')::bigint;
    end if;

    if
        jsonb_typeof(p_events) is distinct from 'array'
        or jsonb_array_length(p_events) > 10000
        or jsonb_path_exists(p_events, '$[*] ? (@.type() != "object")')
    then
        raise exception 'events come as an array of at most 10,000 objects'
            using errcode = 'PA422',
                detail = format(
                    'events = %s of %s', coalesce(jsonb_typeof(p_events), 'null'),
                    case when jsonb_typeof(p_events) = 'array' then jsonb_array_length(p_events) end
                ),
                hint = 'Split larger batches.';
    end if;

    perform
        check_event(
            p_event_type => e.value ->> 'event_type',
            p_event_data => nullif(e.value -> 'event_data', 'null'),
            p_session_id => e.value ->> 'session_id',
            p_user_id => e.value ->> 'user_id',
            p_course_id => e.value ->> 'course_id',
            p_occurred_at => e.value ->> 'occurred_at',
            p_nth => e.nth
        )
    from jsonb_array_elements(p_events) with ordinality as e (value, nth);

    select format('event %s: user_id = %s, course_id = %s', e.nth, e.value ->> 'user_id', e.value ->> 'course_id')
    into v_wrong
    from jsonb_array_elements(p_events) with ordinality as e (value, nth)
    where
        (
            e.value ->> 'user_id' is not null
            and not exists (select from users as u where u.id = (e.value ->> 'user_id')::uuid and u.deleted_at is null)
        )
        or (
            e.value ->> 'course_id' is not null
            and not exists (select from courses as c where c.id = (e.value ->> 'course_id')::uuid and c.deleted_at is null)
        )
    order by e.nth
    limit 1;

    if found then
        raise exception 'there is no such person or course'
            using errcode = 'PA404', detail = v_wrong, hint = 'Leave out what is not known; the rest is not noted either.';
    end if;

    select e.value ->> 'occurred_at'
    into v_wrong
    from jsonb_array_elements(p_events) as e (value)
    where require_moment(p_at => (e.value ->> 'occurred_at')::timestamptz) < statement_timestamp() - interval '7 days'
    limit 1;

    if found then
        raise exception 'this was too long ago to be an event'
            using errcode = 'PA422', detail = format('occurred_at = %s', left(v_wrong, 60)),
                hint = 'Events are noted within 7 days; older ones are imported by the owner with COPY.';
    end if;

    perform require_unerased(p_user_id => w.user_id)
    from (
        select distinct (e.value ->> 'user_id')::uuid as user_id
        from jsonb_array_elements(p_events) as e (value)
        where e.value ->> 'user_id' is not null
        order by 1
    ) as w;

    insert into analytics_events (user_id, course_id, event_type, event_data, session_id, created_at)
    select
        (e.value ->> 'user_id')::uuid,
        (e.value ->> 'course_id')::uuid,
        e.value ->> 'event_type',
        coalesce(nullif(e.value -> 'event_data', 'null'), '{}'),
        e.value ->> 'session_id',
        coalesce((e.value ->> 'occurred_at')::timestamptz, now())
    from jsonb_array_elements(p_events) as e (value);

    get diagnostics v_events = row_count;

    perform store_reply(
        p_actor => 'service', p_procedure => 'track_events', p_key => p_idempotency_key, p_reply => to_jsonb(v_events)
    );

    return v_events;
end;
$$;

comment on function track_events is 'Notes many events at once, of anybody; returns how many.';
revoke all on function track_events from public;
grant execute on function track_events to pgacademy_service;
