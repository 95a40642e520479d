-- post_reply: the caller answers a discussion, or a reply in it. Who is answered is told.
--
-- Writers of one discussion queue on its row of discussion_stats, which is written first: whoever closes it or takes it
-- down is seen by everyone who comes after. A reply to a reply of the eighth level has no place: answer its parent.
-- With an idempotency key a repeated call returns the row of the first one.
--
-- called by  people
-- requires   require_user, claim_idempotency_key, require_discussion, check_post, count_deed, notify, store_reply
-- errors     PA401, PA403 from require_user · PA404 no such discussion or reply in it · PA409 closed, nested too deep, key
--            used for another request · PA422 no text, or too long
create or replace function post_reply(
    p_discussion_id uuid,
    p_content text,
    p_parent_reply_id uuid default null,
    p_idempotency_key text default null
)
returns table (reply_id uuid, depth smallint, created_at timestamptz, achievements jsonb, xp_awarded integer)
language plpgsql
volatile
security definer -- writes replies and counters, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_now timestamptz := now();
    v_reply jsonb;
    v_discussion discussions;
    v_parent replies;
    v_told uuid;
begin
    v_reply := claim_idempotency_key(
        p_actor => v_user_id::text,
        p_procedure => 'post_reply',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'discussion_id', p_discussion_id, 'content', p_content, 'parent_reply_id', p_parent_reply_id
        )
    );

    if v_reply is not null then
        return query
        select r.*
        from jsonb_to_record(v_reply)
            as r (reply_id uuid, depth smallint, created_at timestamptz, achievements jsonb, xp_awarded integer);
        return;
    end if;

    perform require_discussion(p_discussion_id => p_discussion_id);
    perform check_post(p_content => coalesce(p_content, ''));

    update discussion_stats as s
    set reply_count = s.reply_count + 1, last_activity_at = greatest(s.last_activity_at, v_now)
    where s.discussion_id = p_discussion_id;

    -- New statements, after the lock.
    v_discussion := require_discussion(p_discussion_id => p_discussion_id);

    if v_discussion.closed_at is not null then
        raise exception 'the discussion is closed'
            using errcode = 'PA409', detail = format('discussion_id = %s', p_discussion_id),
                hint = 'Start another one, or ask staff to open it again.';
    end if;

    if p_parent_reply_id is not null then
        select r.*
        into v_parent
        from replies as r
        where r.id = p_parent_reply_id and r.discussion_id = p_discussion_id and r.deleted_at is null;

        if not found then
            raise exception 'there is no such reply in this discussion'
                using errcode = 'PA404',
                    detail = format('discussion_id = %s, parent_reply_id = %s', p_discussion_id, p_parent_reply_id),
                    hint = 'It may have been taken down; reply to the discussion.';
        end if;

        if v_parent.depth >= 8 then
            raise exception 'replies are nested too deep here'
                using errcode = 'PA409', detail = format('depth = %s', v_parent.depth),
                    hint = 'Reply to the parent of that reply.';
        end if;
    end if;

    reply_id := uuid_v7();

    insert into replies as r (id, discussion_id, author_id, path, content)
    values (reply_id, p_discussion_id, v_user_id, coalesce(v_parent.path, '{}') || reply_id, p_content)
    returning r.depth, r.created_at into depth, created_at;

    select c.achievements, c.xp_awarded
    into achievements, xp_awarded
    from count_deed(p_user_id => v_user_id, p_metric => 'replies_posted') as c;

    v_told := coalesce(v_parent.author_id, v_discussion.author_id);

    if v_told <> v_user_id then
        perform notify(
            p_user_id => v_told,
            p_type => 'reply_posted',
            p_title => left('Reply: ' || v_discussion.title, 200),
            p_message => left(p_content, 500),
            p_related_type => 'reply',
            p_related_id => reply_id
        );
    end if;

    perform store_reply(
        p_actor => v_user_id::text,
        p_procedure => 'post_reply',
        p_key => p_idempotency_key,
        p_reply => jsonb_build_object(
            'reply_id', reply_id, 'depth', depth, 'created_at', created_at, 'achievements', achievements,
            'xp_awarded', xp_awarded
        )
    );

    return next;
end;
$$;

comment on function post_reply is 'Replies to a discussion or to a reply in it; returns the reply and what it brought.';
revoke all on function post_reply from public;
grant execute on function post_reply to pgacademy_student, pgacademy_instructor, pgacademy_admin;
