-- end_sessions: revokes one family of sessions, or all of a person's, so that no successor slips through.
--
-- A rotation that is under way inserts a row that a single UPDATE here would not see. But every rotation first updates
-- the first row of its family, and so does this: whichever comes second waits, and then looks again in a new statement
-- (under REPEATABLE READ it fails with 40001 instead, and is retried).
--
-- called by  rotate_session, revoke_session, set_password, deactivate_user (granted to nobody)
-- errors     none of its own
create or replace function end_sessions(p_user_id uuid, p_family_id uuid, p_reason text)
returns integer
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_ended integer;
begin
    -- In the order of their ids, so that two of these cannot deadlock.
    perform
    from auth_sessions as s
    where s.user_id = p_user_id and s.id = s.family_id and (p_family_id is null or s.family_id = p_family_id)
    order by s.id
    for no key update;

    update auth_sessions as s
    set last_accessed_at = greatest(s.last_accessed_at, v_now)
    where s.user_id = p_user_id and s.id = s.family_id and (p_family_id is null or s.family_id = p_family_id);

    update auth_sessions as s
    set revoked_at = v_now, revoked_reason = p_reason
    where s.user_id = p_user_id
        and s.revoked_at is null
        and (p_family_id is null or s.family_id = p_family_id);

    get diagnostics v_ended = row_count;
    return v_ended;
end;
$$;

comment on function end_sessions is
'Internal: revokes a family of sessions, or all of a person''s; returns how many tokens ended.';
revoke all on function end_sessions from public;
