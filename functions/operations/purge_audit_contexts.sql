-- purge_audit_contexts: forgets where requests came from, audit.context_days after them; returns how many rows went.
--
-- Addresses are personal and prove nothing for ever. The audit trail itself stays, and so do its seals: no context is
-- part of them. Those of a person go with the person.
--
-- called by  a daily job
-- requires   require_service, require_moment, setting
-- errors     PA403 not the service · PA422 as of the future
create or replace function purge_audit_contexts(
    p_as_of timestamptz default null
)
returns bigint
language plpgsql
volatile
security definer -- deletes from audit_contexts, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_before timestamptz;
    v_purged bigint;
begin
    perform require_service();

    v_before := require_moment(p_at => p_as_of)
        - make_interval(days => coalesce((setting(p_key => 'audit.context_days') #>> '{}')::integer, 90));

    delete from audit_contexts as c
    where c.created_at < v_before;
    get diagnostics v_purged = row_count;

    return v_purged;
end;
$$;

comment on function purge_audit_contexts is 'Forgets where audited requests came from; returns how many rows went.';
revoke all on function purge_audit_contexts from public;
grant execute on function purge_audit_contexts to pgacademy_service;
