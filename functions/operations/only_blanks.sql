-- only_blanks: is this change of a row that never changes erasure's? The person was erased, and nothing differs but columns
-- that identify people or hold their words.
--
-- called by  refuse_ledger_change, guard_coin_transaction, guard_certificate, guard_chain_transaction, before they refuse
-- requires   redacted_columns
-- errors     none
create or replace function only_blanks(
    p_table_name text,
    p_user_id uuid,
    p_old jsonb,
    p_new jsonb
)
returns boolean
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    -- Generated columns are computed after the trigger.
    v_open constant text[] := redacted_columns(p_table_name => p_table_name) || array['updated_at'] || array(
        select a.attname::text
        from pg_attribute as a
        where a.attrelid = to_regclass(quote_ident(p_table_name)) and a.attgenerated <> ''
    );
begin
    return (p_new - v_open) = (p_old - v_open)
        and exists (select from users as u where u.id = p_user_id and u.erased_at is not null);
end;
$$;

comment on function only_blanks is 'Internal: whether a change of a row is no more than the erasure of a person.';
-- Granted to nobody: triggers ask.
revoke all on function only_blanks from public;
