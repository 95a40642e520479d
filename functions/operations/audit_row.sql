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
    v_old jsonb;
    v_new jsonb;
    v_row jsonb;
    v_before jsonb;
begin
    if tg_op = 'UPDATE' then
        v_row := to_jsonb(new);
        v_before := to_jsonb(old);

        select
            jsonb_object_agg(n.key, audited_value(n.key, v_before -> n.key, v_sensitive, v_secret)),
            jsonb_object_agg(n.key, audited_value(n.key, n.value, v_sensitive, v_secret))
        into v_old, v_new
        from jsonb_each(v_row) as n
        where n.value <> v_before -> n.key and n.key <> all(v_ignored);

        if v_new is null then
            return null;
        end if;
    else
        v_row := case tg_op when 'INSERT' then to_jsonb(new) else to_jsonb(old) end;

        select jsonb_object_agg(r.key, audited_value(r.key, r.value, v_sensitive, v_secret))
        into v_new
        from jsonb_each(v_row) as r
        where r.value <> 'null' and r.key <> all(v_ignored);

        if tg_op = 'DELETE' then
            v_old := v_new;
            v_new := null;
        end if;
    end if;

    perform write_audit(
        p_action => lower(tg_op),
        p_entity_type => tg_argv[0],
        p_entity_id => case
            when strpos(tg_argv[1], '/') = 0 then v_row ->> tg_argv[1]
            else (
                select string_agg(v_row ->> k.name, '/' order by k.nth)
                from unnest(string_to_array(tg_argv[1], '/')) with ordinality as k (name, nth)
            )
        end,
        p_old_values => v_old,
        p_new_values => v_new
    );

    return null;
end;
$$;

comment on function audit_row is 'Trigger: notes a change of a row in the audit trail.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function audit_row from public;
