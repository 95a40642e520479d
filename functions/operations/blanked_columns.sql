-- blanked_columns: what erasure writes to a table, as SQL: the list of columns, and the list of what each becomes. Nulls for a
-- table where it blanks nothing.
--
-- A column that is null stays null. Generated columns follow by themselves.
--
-- called by  erase_rows, privacy_findings
-- requires   column_catalogue, column_classes
-- errors     none
create or replace function blanked_columns(
    p_table_name text
)
returns table (columns text, blanks text)
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_erased_as constant jsonb := column_catalogue() -> p_table_name -> 'erased_as';
begin
    return query
    select
        string_agg(format('%I', k.column_name), ', ' order by a.attnum),
        string_agg(
            format(
                case coalesce(jsonb_typeof(v_erased_as -> k.column_name), 'null')
                    when 'null' then 'null'
                    when 'string' then 'case when %1$I is not null then (%2$s)::%3$s end' -- an expression
                    else 'case when %1$I is not null then %2$L::%3$s end' -- the value itself
                end,
                k.column_name, v_erased_as ->> k.column_name, format_type(a.atttypid, a.atttypmod)
            ),
            ', ' order by a.attnum
        )
    from column_classes() as k
    inner join pg_attribute as a
        on a.attrelid = to_regclass(quote_ident(p_table_name)) and a.attname = k.column_name and a.attgenerated = ''
    where k.table_name = p_table_name and k.is_blanked;
end;
$$;

comment on function blanked_columns is 'Internal: the columns of a table that erasure blanks, and what each becomes, as SQL.';
-- Granted to nobody: part of procedures.
revoke all on function blanked_columns from public;
