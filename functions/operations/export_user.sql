-- export_user: all that the school has of a person, for the back end that was asked for it. A row per table, its rows as JSON.
--
-- Secrets are left out: hashes, tokens, ciphertext (the library adds encrypted fields if it has the key). Of what staff did,
-- graded or issued for others nothing is told: those records are the others'. An erased person's is what is left.
--
-- called by  back end
-- requires   require_service, exported_rows, write_audit
-- errors     PA403 not the service · PA404 no such person
create or replace function export_user(
    p_user_id uuid
)
returns table (table_name text, rows jsonb)
language plpgsql
volatile
security definer -- reads nearly every table, and the service may read none
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    if not exists (select from users as u where u.id = p_user_id) then
        raise exception 'there is no such person'
            using errcode = 'PA404', detail = format('user_id = %s', p_user_id), hint = 'Check the id.';
    end if;

    perform write_audit(
        p_action => 'operations.export_user', p_entity_type => 'users', p_entity_id => p_user_id::text
    );

    return query
    select x.table_name, x.rows from exported_rows(p_user_id => p_user_id) as x;
end;
$$;

comment on function export_user is 'All that the school has of a person, a row per table, without secrets.';
revoke all on function export_user from public;
grant execute on function export_user to pgacademy_service;
