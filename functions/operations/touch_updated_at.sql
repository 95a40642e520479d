-- touch_updated_at: keeps updated_at. A row that is written back unchanged keeps the time of its last real change.
--
-- called by  before-update row triggers of the tables that have updated_at
-- errors     none
create or replace function touch_updated_at()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if new is distinct from old then
        new.updated_at := now();
    end if;

    return new;
end;
$$;

comment on function touch_updated_at is 'Trigger: sets updated_at when a row really changes.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function touch_updated_at from public;
