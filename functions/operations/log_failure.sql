-- log_failure: notes that a sensitive procedure failed, in a transaction after the one that was rolled back.
--
-- The library calls it. An application calls it for what it decides itself: a wrong password is
-- log_failure('identity.open_session', '28P01', the person's id), or null where there is no such person; never what
-- was typed. Who failed is the verified identity, also of an account that is no longer usable.
--
-- Anybody could fill the disk with failures: of one person, or of the back end about one row, the school notes so many an
-- hour (audit.failures_per_hour), and then returns false. It is a limit against floods; a few that come at the same
-- moment may pass it. Of nobody in a person's role nothing is noted: such notes would have no limit, and would use up the
-- back end's.
--
-- called by  the library after a call of audited_procedures() failed; applications
-- requires   acting_in, audited_procedures, setting, verified_identity, write_audit
-- errors     28000 from verified_identity · PA422 no such procedure, no SQLSTATE, or an id of more than 200 characters
create or replace function log_failure(
    p_action text,
    p_error_code text,
    p_entity_id text default null
)
returns boolean
language plpgsql
volatile
security definer -- writes audit_logs, which no platform role may
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id constant uuid := verified_identity();
    v_since constant timestamptz := clock_timestamp() - interval '1 hour';
    v_entity_type text;
    v_noted bigint;
begin
    select p.entity_type into v_entity_type from audited_procedures() as p where p.action = p_action;

    if not found or (p_error_code ~ '^[0-9A-Z]{5}$') is not true or length(p_entity_id) > 200 then
        raise exception 'this is no failure of a sensitive procedure'
            using errcode = 'PA422',
                detail = format(
                    'action = %s, error_code = %s, length of entity_id = %s',
                    left(p_action, 100), left(p_error_code, 20), coalesce(length(p_entity_id), 0)
                ),
                hint = 'Pass domain.procedure of a procedure that is audited, its SQLSTATE, and the id of one row or null.';
    end if;

    if v_user_id is null and not acting_in('service') and not acting_in('owner') then
        return false;
    end if;

    if v_user_id is not null then
        select count(*)
        into v_noted
        from audit_logs as l
        where not l.is_success and l.user_id = v_user_id and l.created_at > v_since;
    else
        select count(*)
        into v_noted
        from audit_logs as l
        where
            not l.is_success
            and l.user_id is null
            and l.created_at > v_since
            and l.entity_id is not distinct from p_entity_id;
    end if;

    if v_noted >= coalesce((setting(p_key => 'audit.failures_per_hour') #>> '{}')::bigint, 100) then
        return false;
    end if;

    perform write_audit(
        p_action => p_action, p_entity_type => v_entity_type, p_entity_id => p_entity_id, p_error_code => p_error_code
    );

    return true;
end;
$$;

comment on function log_failure is 'Notes that a sensitive procedure failed; false when too many were noted, or nobody failed.';
revoke all on function log_failure from public;
-- Not to visitors: nothing that is sensitive is granted to them.
grant execute on function log_failure to pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service;
