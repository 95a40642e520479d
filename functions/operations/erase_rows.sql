-- erase_rows: deletes or blanks what one table has of a person, as column_catalogue() says; returns how many rows.
--
-- Rows with nothing to blank are not written, so doing it again costs reading them. p_stored_in is a partition of the table, or
-- was one.
--
-- called by  erase_user
-- requires   column_catalogue, blanked_columns
-- errors     those of the table's constraints, where erased_as does not keep them
create or replace function erase_rows(
    p_table_name text,
    p_user_id uuid,
    p_stored_in text default null
)
returns bigint
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_entry constant jsonb := column_catalogue() -> p_table_name;
    v_stored_in constant text := coalesce(p_stored_in, p_table_name);
    v_columns text;
    v_blanks text;
    v_rows bigint := 0;
begin
    if v_entry ->> 'erased' = 'delete' then
        execute format('delete from %I as t where %s', v_stored_in, v_entry ->> 'person') using p_user_id;
        get diagnostics v_rows = row_count;
        return v_rows;
    end if;

    select b.columns, b.blanks
    into v_columns, v_blanks
    from blanked_columns(p_table_name => p_table_name) as b;

    if v_columns is not null then
        execute format(
            'update %1$I as t set (%2$s) = row(%3$s) where (%4$s) and row(%2$s) is distinct from row(%3$s)',
            v_stored_in, v_columns, v_blanks, v_entry ->> 'person'
        )
        using p_user_id;
        get diagnostics v_rows = row_count;
    end if;

    return v_rows;
end;
$$;

comment on function erase_rows is 'Internal: deletes or blanks what one table has of a person; returns how many rows.';
-- Granted to nobody: erase_user() decides.
revoke all on function erase_rows from public;
