-- refuse_ledger_change: a ledger is added to, never changed; not even by its owner's mistake. Only what was said of a person
-- who was erased goes.
--
-- The table's name is the trigger's argument.
--
-- called by  before-update and before-delete row triggers of xp_events, coin_postings
-- requires   only_blanks
-- errors     PA409 anything else
create or replace function refuse_ledger_change()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if tg_op = 'UPDATE' and only_blanks(
        p_table_name => tg_argv[0], p_user_id => old.user_id, p_old => to_jsonb(old), p_new => to_jsonb(new)
    ) then
        return new;
    end if;

    raise exception 'rows of a ledger are never changed'
        using errcode = 'PA409',
            detail = format('table = %s, command = %s, row = %s', tg_argv[0], lower(tg_op),
                coalesce(to_jsonb(old) ->> 'id', to_jsonb(old) ->> 'transaction_id')),
            hint = 'Add a compensating row, with reverse_xp or reverse_coins.';
end;
$$;

comment on function refuse_ledger_change is 'Trigger: refuses to change or delete a row of a ledger.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function refuse_ledger_change from public;
