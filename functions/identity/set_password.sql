-- set_password: stores a new password hash and ends every session, since whoever knew the old password may hold one.
--
-- called by  back end, after it has checked the old password or a reset link
-- requires   require_service, check_person_values, end_sessions, write_audit
-- errors     PA403 not the back end · PA404 no such living person · PA422 no hash, or not the length of one
create or replace function set_password(p_user_id uuid, p_password_hash text)
returns void
language plpgsql
volatile
security definer -- writes user_secrets, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
begin
    perform require_service();

    if p_password_hash is null then
        raise exception 'there is no hash'
            using errcode = 'PA422', detail = 'password_hash is null', hint = 'Pass a bcrypt or argon2 hash.';
    end if;
    perform check_person_values(p_password_hash => p_password_hash);

    perform from users as u where u.id = p_user_id and u.deleted_at is null for no key update;
    if not found then
        raise exception 'there is no such person'
            using errcode = 'PA404', detail = format('user_id = %s', p_user_id), hint = 'Check the id.';
    end if;

    insert into user_secrets as s (user_id, password_hash, password_changed_at)
    values (p_user_id, p_password_hash, v_now)
    on conflict (user_id) do update
    set password_hash = excluded.password_hash, password_changed_at = excluded.password_changed_at;

    perform write_audit(p_action => 'identity.set_password', p_entity_type => 'users', p_entity_id => p_user_id::text);

    perform end_sessions(p_user_id, null, 'password_changed');
end;
$$;

comment on function set_password is 'Stores a new password hash and ends every session of the person.';
revoke all on function set_password from public;
grant execute on function set_password to pgacademy_service;
