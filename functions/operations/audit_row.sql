-- audit_row: the trigger that notes a change of a row in audit_logs. Arguments: the table; its key's columns, with
-- slashes between them; then, as arrays, the columns that are not worth a note, those that are sensitive and those that
-- are secret.
--
-- Of an update only the columns that changed, of an insert those that are not null. A change of nothing but columns that
-- are not worth a note leaves none.
--
-- The classes of columns are arguments because looking them up with each row would cost more than the rest: the check
-- `audit_arguments` holds them to the catalogue of columns.
--
-- called by  after-insert, after-update and after-delete row triggers of the tables that are audited (docs/audit.md)
-- requires   write_audit, audited_value
-- errors     28000 from verified_identity
create or replace function audit_row()
returns trigger
language plpgsql
volatile
security definer -- writes audit_logs, which nobody else may
set search_path from current
as $$
#variable_conflict use_column
declare
    v_ignored constant text[] := tg_argv[2]::text[];
    v_sensitive constant text[] := tg_argv[3]::text[];
    v_secret constant text[] := tg_argv[4]::text[];
    v_row constant jsonb := case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
    v_before constant jsonb := case tg_op when 'UPDATE' then to_jsonb(old) end;
    v_entity_id text;
begin
    if strpos(tg_argv[1], '/') = 0 then
        v_entity_id := v_row ->> tg_argv[1];
    else
        v_entity_id := (
            select string_agg(v_row ->> k.name, '/' order by k.nth)
            from unnest(string_to_array(tg_argv[1], '/')) with ordinality as k (name, nth)
        );
    end if;

    -- What is inserted or deleted differs from nothing: there is no row before it, and null is no value. All of it is one
    -- statement, because beginning one costs more than what it does here.
    perform write_audit(
        p_action => lower(tg_op),
        p_entity_type => tg_argv[0],
        p_entity_id => v_entity_id,
        p_old_values => case tg_op when 'DELETE' then c.row_values else c.values_before end,
        p_new_values => case when tg_op <> 'DELETE' then c.row_values end
    )
    from (
        select
            jsonb_object_agg(n.key, audited_value(n.key, n.value, v_sensitive, v_secret)) as row_values,
            jsonb_object_agg(n.key, audited_value(n.key, v_before -> n.key, v_sensitive, v_secret))
                filter (where v_before is not null) as values_before
        from jsonb_each(v_row) as n
        where n.value <> coalesce(v_before -> n.key, 'null') and n.key <> all(v_ignored)
    ) as c
    where c.row_values is not null or tg_op <> 'UPDATE';

    return null;
end;
$$;

comment on function audit_row is 'Trigger: notes a change of a row in the audit trail.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function audit_row from public;
