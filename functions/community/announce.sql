-- announce: staff tell everyone on a course, or administrators everyone in the school, in one statement.
--
-- Those on a course are the active and those who completed it. Returns how many were told. The idempotency key is not
-- optional: a call repeated after a lost answer must not tell everyone twice.
--
-- called by  staff
-- requires   require_discussion_staff, claim_idempotency_key, notify_people, store_reply, write_audit
-- errors     PA401 · PA403 not staff of the course; without one, not an administrator · PA404 no such course · PA409 key
--            used for another request · PA422 no key, title, message, priority or address out of range
create or replace function announce(
    p_title text,
    p_message text,
    p_idempotency_key text,
    p_course_id uuid default null,
    p_priority text default 'normal',
    p_action_url text default null
)
returns bigint
language plpgsql
volatile
security definer -- writes notifications, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_discussion_staff(p_course_id => p_course_id);
    v_reply jsonb;
    v_told bigint;
begin
    if p_idempotency_key is null then
        raise exception 'an announcement needs an idempotency key'
            using errcode = 'PA422', detail = 'key = null', hint = 'Use a new UUID for each announcement.';
    end if;

    v_reply := claim_idempotency_key(
        p_actor => v_user_id::text,
        p_procedure => 'announce',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'title', p_title, 'message', p_message, 'course_id', p_course_id, 'priority', p_priority,
            'action_url', p_action_url
        )
    );

    if v_reply is not null then
        return (v_reply #>> '{}')::bigint;
    end if;

    if
        (btrim(p_title) <> '' and length(p_title) <= 200) is not true
        or (btrim(p_message) <> '' and length(p_message) <= 5000) is not true
    then
        raise exception 'an announcement has a title of up to 200 characters, and a text of up to 5000'
            using errcode = 'PA422',
                detail = format('title = %s, message = %s characters', length(p_title), length(p_message)),
                hint = 'Say what it is about.';
    end if;

    if (p_priority in ('low', 'normal', 'high', 'urgent')) is not true then
        raise exception 'there is no such priority'
            using errcode = 'PA422', detail = format('priority = %s', coalesce(left(p_priority, 60), 'null')),
                hint = 'Use low, normal, high or urgent.';
    end if;

    if
        length(p_action_url) > 500
        or p_action_url !~ '^(/([^/\\[:space:]][^[:space:]]*)?|https://[^[:space:]/]+(/[^[:space:]]*)?)$'
    then
        raise exception 'this is no address to lead people to'
            using errcode = 'PA422', detail = format('action_url = %s', left(p_action_url, 200)),
                hint = 'Use a path of the application, or an https address.';
    end if;

    v_told := notify_people(
        p_user_ids => case
            when p_course_id is null then array(select u.id from users as u where u.is_active and u.deleted_at is null)
            else array(
                select e.user_id from enrollments as e
                where e.course_id = p_course_id and e.status in ('active', 'completed')
            )
        end,
        p_type => 'announcement',
        p_title => p_title,
        p_message => p_message,
        p_related_type => case when p_course_id is not null then 'course' end,
        p_related_id => p_course_id,
        p_priority => p_priority,
        p_action_url => p_action_url
    );

    perform write_audit(
        p_action => 'community.announce', p_entity_type => 'courses', p_entity_id => p_course_id::text,
        p_new_values => jsonb_build_object('told', v_told)
    );

    perform store_reply(
        p_actor => v_user_id::text, p_procedure => 'announce', p_key => p_idempotency_key, p_reply => to_jsonb(v_told)
    );

    return v_told;
end;
$$;

comment on function announce is 'Tells everyone on a course, or in the school, once per key; returns how many.';
revoke all on function announce from public;
grant execute on function announce to pgacademy_instructor, pgacademy_admin;
