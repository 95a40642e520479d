-- delete_reply: the author or staff take a reply down. The row stays, for what answers it hangs on it; nobody but
-- administrators sees the text any more, and list_replies shows a gap. A solution ceases to be one. Who was told of it
-- reads no more of it.
--
-- called by  people
-- requires   require_user, require_reply, require_discussion_staff, withdraw_solution, retract_news
-- errors     PA401 · PA403 another's, and not staff · PA404 no such reply
create or replace function delete_reply(
    p_reply_id uuid
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
        perform require_discussion_staff(
            p_course_id => (select d.course_id from discussions as d where d.id = v_reply.discussion_id)
        );
    end if;

    update discussion_stats as s set reply_count = s.reply_count - 1 where s.discussion_id = v_reply.discussion_id;

    -- After the lock: somebody else may have been first, and then there is no such reply.
    v_reply := require_reply(p_reply_id => p_reply_id);

    if v_reply.accepted_at is not null then
        perform withdraw_solution(p_reply => v_reply);
    end if;

    update replies as r set deleted_at = v_now where r.id = p_reply_id;
    perform retract_news(p_reply_ids => array[p_reply_id]);
end;
$$;

comment on function delete_reply is 'Takes a reply down; the row stays and keeps the tree.';
revoke all on function delete_reply from public;
grant execute on function delete_reply to pgacademy_student, pgacademy_instructor, pgacademy_admin;
