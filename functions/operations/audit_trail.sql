-- audit_trail: what happened to a row, newest first: who, when, what it was and what it became, and where the request
-- came from, as long as that is kept.
--
-- Without p_entity_id, of a whole table; with p_user_id, what one person did. The next page is asked for with the
-- log_number of the last row of this one.
--
-- called by  administrators
-- requires   require_user
-- errors     PA401 · PA403 not an administrator · PA422 neither a table nor a person; an id without a table; a page that is
--            not of 1 to 200
create or replace function audit_trail(
    p_entity_type text default null,
    p_entity_id text default null,
    p_user_id uuid default null,
    p_before bigint default null,
    p_limit integer default 50
)
returns table (
    log_number bigint,
    created_at timestamptz,
    user_id uuid,
    acted_as text,
    login text,
    action text,
    entity_type text,
    entity_id text,
    old_values jsonb,
    new_values jsonb,
    is_success boolean,
    error_code text,
    ip_address inet,
    user_agent text,
    request_id text,
    session_id text
)
language plpgsql
stable
security definer -- reads the audit trail at the speed of its indexes; who may is asked here
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_user(p_role => 'admin');

    if (p_entity_type is null and (p_user_id is null or p_entity_id is not null)) or (p_limit between 1 and 200) is not true
    then
        raise exception 'which rows of the audit trail?'
            using errcode = 'PA422',
                detail = format(
                    'entity_type = %s, user_id = %s, limit = %s', left(p_entity_type, 100), p_user_id, p_limit
                ),
                hint = 'Pass a table, with or without an id, or a person; 1 to 200 rows a page.';
    end if;

    -- Put together from what is asked for: a plan for all of it at once would use none of the indexes.
    for
        log_number, created_at, user_id, acted_as, login, action, entity_type, entity_id, old_values, new_values, is_success,
        error_code, ip_address, user_agent, request_id, session_id
    in execute format(
        $query$
            select
                l.log_number, l.created_at, l.user_id, l.acted_as, l.login, l.action, l.entity_type, l.entity_id,
                l.old_values, l.new_values, l.is_success, l.error_code, c.ip_address, c.user_agent, c.request_id,
                c.session_id
            from audit_logs as l
            left join audit_contexts as c on c.id = l.context_id
            where true %s %s %s %s
            order by l.log_number desc
            limit $5
        $query$,
        case when p_entity_type is not null then 'and l.entity_type = $1' end,
        case when p_entity_id is not null then 'and l.entity_id = $2' end,
        case when p_user_id is not null then 'and l.user_id = $3' end,
        case when p_before is not null then 'and l.log_number < $4' end
    )
    using p_entity_type, p_entity_id, p_user_id, p_before, p_limit
    loop
        return next;
    end loop;
end;
$$;

comment on function audit_trail is 'What happened to a row, or what a person did, newest first.';
revoke all on function audit_trail from public;
grant execute on function audit_trail to pgacademy_admin;
