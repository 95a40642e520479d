-- require_reply: the reply, if it stands and the caller may read its discussion; else there is none for them.
--
-- called by  every procedure about one reply
-- requires   require_discussion
-- errors     PA404 no such reply, or not for the caller, or taken down
create or replace function require_reply(
    p_reply_id uuid
)
returns replies
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_reply replies;
begin
    select r.* into v_reply from replies as r where r.id = p_reply_id and r.deleted_at is null;

    if not found then
        raise exception 'there is no such reply'
            using errcode = 'PA404', detail = format('reply_id = %s', coalesce(p_reply_id::text, 'null')),
                hint = 'It may have been taken down.';
    end if;

    perform require_discussion(p_discussion_id => v_reply.discussion_id);

    return v_reply;
end;
$$;

comment on function require_reply is 'Internal: the reply whose discussion the caller may read; an error otherwise.';
-- Granted to nobody: it is part of procedures.
revoke all on function require_reply from public;
