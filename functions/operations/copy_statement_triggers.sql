-- copy_statement_triggers: gives partitions the triggers for statements that their tables have and they lack.
--
-- Triggers for each row come with attaching; those for each statement (against TRUNCATE) do not. Partitions that were
-- there before the trigger get it as well: after a migration, or when a rollback has dropped them all.
--
-- called by  ensure_partitions
-- errors     none
create or replace function copy_statement_triggers()
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_copy record;
begin
    for v_copy in
        select
            replace(
                pg_get_triggerdef(t.oid, true), format(' ON %s ', p.oid::regclass), format(' ON %I ', c.relname)
            ) as definition
        from pg_trigger as t
        inner join pg_class as p on p.oid = t.tgrelid and p.relkind = 'p'
        inner join pg_inherits as i on i.inhparent = p.oid and not i.inhdetachpending
        inner join pg_class as c on c.oid = i.inhrelid
        where
            p.relnamespace = current_schema()::regnamespace
            and not t.tgisinternal
            and t.tgtype & 1 = 0
            and not exists (select from pg_trigger as o where o.tgrelid = c.oid and o.tgname = t.tgname)
        order by c.relname, t.tgname
    loop
        execute v_copy.definition;
    end loop;
end;
$$;

comment on function copy_statement_triggers is 'Internal: gives partitions the triggers for statements that they lack.';
-- Granted to nobody: part of ensure_partitions.
revoke all on function copy_statement_triggers from public;
