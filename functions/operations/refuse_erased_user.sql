-- refuse_erased_user: a row of a person (user_id) says nothing new of them once they are being erased. A procedure that was under
-- way when that began would otherwise leave words behind after everything had been blanked.
--
-- Its triggers fire for what erasure blanks, and for nothing that is blank: erasure passes, and what has no words costs nothing.
--
-- called by  before-insert and before-update row triggers of the tables that column_catalogue() does not call unguarded
-- requires   require_unerased
-- errors     PA403 the person was erased
create or replace function refuse_erased_user()
returns trigger
language plpgsql
volatile
security definer -- locks the person's row, which people have no privilege for
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_unerased(p_user_id => new.user_id);
    return new;
end;
$$;

comment on function refuse_erased_user is 'Trigger: refuses to write something new about a person who was erased.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function refuse_erased_user from public;
