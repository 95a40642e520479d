-- keep_context: remembers from where, and with what, a visit is made; as it was first told.
--
-- called by  track_event
-- errors     PA422 a browser of more than 500 characters
create or replace function keep_context(
    p_session_id text,
    p_user_id uuid,
    p_ip_address inet,
    p_user_agent text
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if length(p_user_agent) > 500 then
        raise exception 'a browser has a name of at most 500 characters'
            using errcode = 'PA422', detail = format('length = %s', length(p_user_agent)), hint = 'Cut it off.';
    end if;

    if p_session_id is not null and num_nonnulls(p_ip_address, p_user_agent) > 0 then
        insert into analytics_contexts (session_id, user_id, ip_address, user_agent)
        values (p_session_id, p_user_id, p_ip_address, p_user_agent)
        on conflict (session_id) do nothing;
    end if;
end;
$$;

comment on function keep_context is 'Internal: keeps address and browser of a visit, once.';
-- Granted to nobody: it is part of procedures.
revoke all on function keep_context from public;
