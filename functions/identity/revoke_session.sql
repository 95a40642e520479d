-- revoke_session: logs out.
--
-- p_scope: `family`, the login that the session belongs to (what people mean by logging out), `one`, this token only,
-- or `all`, every session of the person. The back end names the session by id or by the hash of its token, or, for
-- `all`, the person; administrators any session or person; people their own sessions, and themselves by default.
--
-- called by  back end at logout; people and administrators from the list of sessions
-- requires   require_user, acting_in, acts_as, end_sessions, write_audit
-- errors     PA401, PA403 from require_user · PA404 no such session, or not yours · PA422 unknown scope; none named
create or replace function revoke_session(
    p_session_id uuid default null,
    p_token_hash bytea default null,
    p_user_id uuid default null,
    p_scope text default 'family'
)
returns integer
language plpgsql
volatile
security definer -- writes auth_sessions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_reason text := 'logout';
    v_only_user_id uuid; -- null for those who may end anyone's
    v_user_id uuid := p_user_id;
    v_session_id uuid;
    v_family_id uuid;
    v_ended integer;
begin
    if not (acting_in('service') or acting_in('owner')) then
        v_only_user_id := require_user(null);
        if acts_as('admin') then
            v_reason := 'administrator';
            v_only_user_id := null;
        end if;
    end if;

    if p_scope is null or p_scope not in ('one', 'family', 'all') then
        raise exception 'sessions are revoked one, by family, or all'
            using errcode = 'PA422', detail = format('scope = %s', left(p_scope, 100)),
                hint = 'Pass one, family or all.';
    end if;

    if p_session_id is not null or p_token_hash is not null then
        select s.id, s.family_id, s.user_id
        into v_session_id, v_family_id, v_user_id
        from auth_sessions as s
        where (p_session_id is null or s.id = p_session_id)
            and (p_token_hash is null or s.token_hash = p_token_hash)
            and (p_user_id is null or s.user_id = p_user_id);
        if not found then
            v_user_id := null;
        end if;
    elsif p_scope = 'all' then
        v_user_id := coalesce(p_user_id, v_only_user_id);
    else
        raise exception 'which session?'
            using errcode = 'PA422', detail = format('scope = %s', p_scope),
                hint = 'Name it by p_session_id or p_token_hash, or pass the scope all.';
    end if;

    if v_user_id is null or v_user_id <> coalesce(v_only_user_id, v_user_id) then
        raise exception 'there is no such session'
            using errcode = 'PA404', detail = format('session_id = %s', p_session_id), hint = 'Check the id.';
    end if;

    perform write_audit(
        p_action => 'identity.revoke_session', p_entity_type => 'users', p_entity_id => v_user_id::text,
        p_new_values => jsonb_build_object('scope', p_scope, 'session_id', v_session_id)
    );

    if p_scope = 'one' then
        update auth_sessions as s
        set revoked_at = v_now, revoked_reason = v_reason
        where s.id = v_session_id and s.revoked_at is null;
        get diagnostics v_ended = row_count;
        return v_ended;
    end if;
    return end_sessions(v_user_id, case p_scope when 'family' then v_family_id end, v_reason);
end;
$$;

comment on function revoke_session is
'Ends a session, its login, or all sessions of a person; returns how many tokens ended.';
revoke all on function revoke_session from public;
grant execute on function revoke_session to pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service;
