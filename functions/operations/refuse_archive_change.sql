-- refuse_archive_change: what is archived stays as it is, also from the owner's mistakes.
--
-- called by  triggers of archive_chunks
-- errors     PA403 update, delete or truncate
create or replace function refuse_archive_change()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    raise exception 'an archive is never changed'
        using errcode = 'PA403', detail = format('%s on %s', lower(tg_op), tg_table_name),
            hint = 'Whoever must, disables the trigger, which shows.';
end;
$$;

comment on function refuse_archive_change() is 'Trigger: refuses whatever would change an archive.';
revoke all on function refuse_archive_change() from public;
