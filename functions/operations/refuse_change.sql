-- refuse_change: what was noted or archived stays; not even its owner's mistake changes, deletes or truncates it.
--
-- Called for each row, or for a whole table that somebody truncates. The table's name is the trigger's argument.
--
-- called by  triggers of audit_logs, of each of its partitions, of audit_seals and of archive_chunks
-- errors     PA409 always
create or replace function refuse_change()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    raise exception 'this table is only added to'
        using errcode = 'PA409',
            detail = format('table = %s, command = %s', tg_argv[0], lower(tg_op)),
            hint = 'Old months leave by retention: their partition is detached.';
end;
$$;

comment on function refuse_change is 'Trigger: refuses to change, delete or truncate what is only added to.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function refuse_change from public;
