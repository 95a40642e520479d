-- moment_or_null: a text as a moment; null where it is none.
--
-- Nothing is written in the block, so its subtransaction costs no transaction id. (pg_input_is_valid is of PostgreSQL 16.)
--
-- called by  check_event, record_interactions
-- errors     none
create or replace function moment_or_null(p_text text)
returns timestamptz
language plpgsql
stable -- the zone of the session, where the text names none
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return p_text::timestamptz;
exception
    when data_exception then
        return null;
end;
$$;

comment on function moment_or_null is 'Internal: a text as a moment; null where it is none.';
-- Granted to nobody: a helper.
revoke all on function moment_or_null from public;
