-- column_classes: column_catalogue() as rows, one per column. is_blanked says whether erasure blanks it.
--
-- called by  export_user, erase_user, sql/checks/column_unclassified.sql
-- requires   column_catalogue
-- errors     none
-- requires: column_catalogue
create or replace function column_classes()
returns table (table_name text, column_name text, class text, is_blanked boolean)
language sql
immutable
security invoker
begin atomic
    select
        t.table_name,
        n.column_name,
        c.class,
        c.class in ('sensitive', 'secret') or (t.entry -> 'erased_as') ? n.column_name
    from jsonb_each(column_catalogue()) as t (table_name, entry)
    cross join lateral jsonb_each(
        t.entry - '{why,person,also,erased,erased_as,generated,withheld,unguarded,unnoted}'::text[]
    ) as c (class, names)
    -- One text or several.
    cross join lateral unnest(string_to_array(translate(c.names::text, '[]",', ''), ' ')) as n (column_name);
end;

comment on function column_classes is 'Internal: the class of every column of the school.';
-- Granted to nobody: procedures ask.
revoke all on function column_classes from public;
