-- edit_reply: the author says it better. Staff do not edit others' words: they take them down.
--
-- called by  people
-- requires   require_user, require_reply, check_post
-- errors     PA401 · PA403 another's · PA404 no such reply · PA409 the discussion is closed · PA422 no text, or too long
create or replace function edit_reply(
    p_reply_id uuid,
    p_content text
)
returns void
language plpgsql
volatile
security definer -- writes replies, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_reply replies := require_reply(p_reply_id => p_reply_id);
    v_now timestamptz := now();
begin
    if v_reply.author_id <> v_user_id then
        raise exception 'this is somebody else''s reply'
            using errcode = 'PA403', detail = format('reply_id = %s', p_reply_id), hint = 'Reply to it instead.';
    end if;

    perform check_post(p_content => coalesce(p_content, ''));

    update replies as r
    set content = p_content, edited_at = v_now
    where
        r.id = p_reply_id
        and r.deleted_at is null
        and exists (select from discussions as d where d.id = v_reply.discussion_id and d.closed_at is null);

    if not found then
        raise exception 'the discussion is closed'
            using errcode = 'PA409', detail = format('discussion_id = %s', v_reply.discussion_id),
                hint = 'Staff can open it again.';
    end if;
end;
$$;

comment on function edit_reply is 'Changes the text of the caller''s own reply.';
revoke all on function edit_reply from public;
grant execute on function edit_reply to pgacademy_student, pgacademy_instructor, pgacademy_admin;
