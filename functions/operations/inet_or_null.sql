-- inet_or_null: a text as an address; null where it is none.
--
-- Nothing is written in the block, so its subtransaction costs no transaction id. (pg_input_is_valid is of PostgreSQL 16.)
--
-- called by  add_audit_context
-- errors     none
create or replace function inet_or_null(p_text text)
returns inet
language plpgsql
immutable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return p_text::inet;
exception
    when invalid_text_representation then
        return null;
end;
$$;

comment on function inet_or_null is 'Internal: a text as an address; null where it is none.';
-- Granted to nobody: a helper.
revoke all on function inet_or_null from public;
