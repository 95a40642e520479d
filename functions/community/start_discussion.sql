-- start_discussion: the caller asks something, in a course they are on or teach, or of the whole school.
--
-- With an idempotency key a repeated call returns the row of the first one, and no second discussion.
--
-- called by  people
-- requires   require_user, claim_idempotency_key, my_discussion_courses, check_post, count_deed, store_reply; trigger
--            create_discussion_stats
-- errors     PA401, PA403 from require_user · PA404 no such course, or not for the caller · PA409 key used for another
--            request · PA422 from check_post, no title or text
create or replace function start_discussion(
    p_title text,
    p_content text,
    p_course_id uuid default null,
    p_category text default 'general',
    p_tags text[] default '{}',
    p_idempotency_key text default null
)
returns table (discussion_id uuid, created_at timestamptz, achievements jsonb, xp_awarded integer)
language plpgsql
volatile
security definer -- writes discussions and counters, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_reply jsonb;
    v_tags text[];
begin
    v_reply := claim_idempotency_key(
        p_actor => v_user_id::text,
        p_procedure => 'start_discussion',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'title', p_title, 'content', p_content, 'course_id', p_course_id, 'category', p_category, 'tags', p_tags
        )
    );

    if v_reply is not null then
        return query
        select r.*
        from jsonb_to_record(v_reply)
            as r (discussion_id uuid, created_at timestamptz, achievements jsonb, xp_awarded integer);
        return;
    end if;

    v_tags := check_post(
        p_content => coalesce(p_content, ''),
        p_title => coalesce(p_title, ''),
        p_category => coalesce(p_category, 'general'),
        p_tags => p_tags
    );

    if p_course_id is not null and (p_course_id = any(my_discussion_courses())) is not true then
        raise exception 'there is no such course'
            using errcode = 'PA404', detail = format('course_id = %s', p_course_id),
                hint = 'Discussions of a course are for those on it and its staff.';
    end if;

    insert into discussions as d (author_id, course_id, title, content, category, tags)
    values
    (v_user_id, p_course_id, p_title, p_content, coalesce(p_category, 'general'), coalesce(v_tags, '{}'))
    returning d.id, d.created_at into discussion_id, created_at;

    select c.achievements, c.xp_awarded
    into achievements, xp_awarded
    from count_deed(p_user_id => v_user_id, p_metric => 'discussions_started') as c;

    perform store_reply(
        p_actor => v_user_id::text,
        p_procedure => 'start_discussion',
        p_key => p_idempotency_key,
        p_reply => jsonb_build_object(
            'discussion_id', discussion_id, 'created_at', created_at, 'achievements', achievements,
            'xp_awarded', xp_awarded
        )
    );

    return next;
end;
$$;

comment on function start_discussion is 'Starts a discussion, of a course or a general one; returns it and what it brought.';
revoke all on function start_discussion from public;
grant execute on function start_discussion to pgacademy_student, pgacademy_instructor, pgacademy_admin;
