-- refuse_audit_change: what was noted stays; not even its owner's mistake changes, deletes or truncates it.
--
-- Called for each row, or for a whole table that somebody truncates. The table's name is the trigger's argument.
--
-- called by  triggers of audit_logs, of each of its partitions, and of audit_seals
-- errors     PA409 always
create or replace function refuse_audit_change()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    raise exception 'the audit trail is only added to'
        using errcode = 'PA409',
            detail = format('table = %s, command = %s', tg_argv[0], lower(tg_op)),
            hint = 'Old months leave by retention: their partition is detached.';
end;
$$;

comment on function refuse_audit_change is 'Trigger: refuses to change, delete or truncate the audit trail.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function refuse_audit_change from public;
