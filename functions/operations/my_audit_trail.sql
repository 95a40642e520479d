-- my_audit_trail: what a person may see of the audit trail: what they did, and what was done to their account.
--
-- Who others are it never tells; of what changed the names of the columns. Addresses are shown of one's own requests only.
-- What others failed to do to the account is left out, unless the back end says so (a wrong password): anybody may tell
-- log_failure() that they failed with somebody else's account, and would be read by them.
--
-- called by  people, for themselves
-- requires   require_user, require_limit
-- errors     PA401, PA403 from require_user · PA422 a page that is not of 1 to 200
create or replace function my_audit_trail(
    p_before bigint default null,
    p_limit integer default 50
)
returns table (
    log_number bigint,
    created_at timestamptz,
    is_own boolean,
    action text,
    entity_type text,
    entity_id text,
    changed_columns text[],
    is_success boolean,
    ip_address inet,
    user_agent text
)
language plpgsql
stable
security definer -- reads audit_logs, which no learner may
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id constant uuid := require_user(null);
begin
    perform require_limit(p_limit => p_limit, p_max => 200);

    return query
    with mine as (
        (
            select l.*
            from audit_logs as l
            where l.user_id = v_user_id and (p_before is null or l.log_number < p_before)
            order by l.log_number desc
            limit p_limit
        )
        union
        (
            select l.*
            from audit_logs as l
            where
                l.entity_type in ('users', 'user_settings', 'user_secrets')
                and l.entity_id = v_user_id::text
                and (l.is_success or l.user_id is null)
                and (p_before is null or l.log_number < p_before)
            order by l.log_number desc
            limit p_limit
        )
    )

    select
        l.log_number,
        l.created_at,
        l.user_id is not distinct from v_user_id,
        l.action,
        l.entity_type,
        l.entity_id,
        array(select k.name from jsonb_object_keys(coalesce(l.new_values, l.old_values)) as k (name) order by k.name),
        l.is_success,
        c.ip_address,
        c.user_agent
    from mine as l
    left join audit_contexts as c on c.id = l.context_id and c.user_id = v_user_id
    order by l.log_number desc
    limit p_limit;
end;
$$;

comment on function my_audit_trail is 'What the caller did, and what was done to their account, newest first.';
revoke all on function my_audit_trail from public;
grant execute on function my_audit_trail to pgacademy_student, pgacademy_instructor, pgacademy_admin;
