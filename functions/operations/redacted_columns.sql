-- redacted_columns: the columns of a table whose values only the person is to see: what identifies people, what they wrote,
-- secrets. Empty for a table with none.
--
-- Cheap enough to be asked for every row: a look into a constant.
--
-- called by  audit, only_blanks, finish_retirement, archive_faucet_requests, retire_chain_transactions
-- requires   column_catalogue
-- errors     none
-- requires: column_catalogue
create or replace function redacted_columns(
    p_table_name text
)
returns text[]
language sql
immutable
security invoker
begin atomic
    select string_to_array(
        btrim(
            translate(
                coalesce((column_catalogue() -> p_table_name -> 'sensitive')::text, '')
                || ' ' || coalesce((column_catalogue() -> p_table_name -> 'secret')::text, ''),
                '[]",', ''
            )
        ),
        ' '
    );
end;

comment on function redacted_columns is 'Internal: the columns of a table that identify people, hold their words, or are secret.';
-- Granted to nobody: triggers and procedures ask.
revoke all on function redacted_columns from public;
