-- exported_rows: all that the school has of a person, a row per table that has something: what column_catalogue() calls theirs,
-- without secrets and without what is withheld.
--
-- Every condition there is served by an index, so nobody else's rows are read.
--
-- called by  export_user, export_my_data
-- requires   column_catalogue, column_classes
-- errors     none
create or replace function exported_rows(
    p_user_id uuid
)
returns table (table_name text, rows jsonb)
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_item record;
begin
    for v_item in
        select
            t.table_name,
            concat_ws(' or ', t.entry ->> 'person', t.entry ->> 'also') as condition,
            string_to_array(concat_ws(' ', t.entry ->> 'withheld', t.entry ->> 'generated'), ' ') || array(
                select k.column_name from column_classes() as k where k.table_name = t.table_name and k.class = 'secret'
            ) as left_out
        from jsonb_each(column_catalogue()) as t (table_name, entry)
        where t.entry ? 'person'
        order by t.table_name
    loop
        table_name := v_item.table_name;

        execute format('select jsonb_agg(to_jsonb(t) - $2) from %I as t where %s', table_name, v_item.condition)
        into rows
        using p_user_id, v_item.left_out;

        if rows is not null then
            return next;
        end if;
    end loop;
end;
$$;

comment on function exported_rows is 'Internal: all that the school has of a person, a row per table.';
-- Granted to nobody: it reads other people's rows.
revoke all on function exported_rows from public;
