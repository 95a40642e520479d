-- export_my_data: people take with them all that the school has of them: export_user() for oneself.
--
-- Once in privacy.export_minutes: it reads more than any other call.
--
-- called by  people
-- requires   require_user, setting, exported_rows, write_audit
-- errors     PA401, PA403 from require_user · PA429 it was done a moment ago
create or replace function export_my_data()
returns table (table_name text, rows jsonb)
language plpgsql
volatile
security definer -- reads and writes tables that people may not
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_minutes integer := coalesce((setting(p_key => 'privacy.export_minutes') #>> '{}')::integer, 60);
    v_now timestamptz := now();
begin
    -- Of two at once the second waits here, and finds that it was done a moment ago.
    insert into data_exports as x (user_id, exported_at)
    values (v_user_id, v_now)
    on conflict (user_id) do update
    set exported_at = excluded.exported_at, export_count = x.export_count + 1
    where x.exported_at <= v_now - make_interval(mins => v_minutes);

    if not found then
        raise exception 'your data were exported a moment ago'
            using errcode = 'PA429', detail = format('minutes = %s', v_minutes), hint = 'Use that export, or try later.';
    end if;

    perform write_audit(
        p_action => 'operations.export_my_data', p_entity_type => 'users', p_entity_id => v_user_id::text
    );

    return query
    select x.table_name, x.rows from exported_rows(p_user_id => v_user_id) as x;
end;
$$;

comment on function export_my_data is 'All that the school has of the caller, a row per table, without secrets.';
revoke all on function export_my_data from public;
grant execute on function export_my_data to pgacademy_student, pgacademy_instructor, pgacademy_admin;
