-- deactivate_user: shuts a person out, now; with p_delete for good.
--
-- Sessions end, no policy or procedure accepts the identity any more, and the public profile is empty until
-- reactivate_user(). Deleting is soft: the row stays for what refers to it, but the email and the wallets are free for
-- someone else, and there is no way back. (Erasing personal data is another matter.) Doing it again changes nothing.
--
-- called by  administrators; back end, when people close their account
-- requires   require_user, acting_in, guard_last_admin, end_sessions, write_audit
-- errors     PA401, PA403 from require_user · PA404 no such person · PA409 the last administrator
create or replace function deactivate_user(p_user_id uuid, p_delete boolean default false)
returns void
language plpgsql
volatile
security definer -- writes users and auth_sessions, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
begin
    if not (acting_in('service') or acting_in('owner')) then
        perform require_user('admin');
    end if;

    perform guard_last_admin(p_user_id);

    perform write_audit(
        p_action => 'identity.deactivate_user', p_entity_type => 'users', p_entity_id => p_user_id::text,
        p_new_values => jsonb_build_object('delete', p_delete)
    );

    update users as u
    set
        is_active = false,
        deleted_at = case when p_delete then coalesce(u.deleted_at, v_now) else u.deleted_at end
    where u.id = p_user_id;

    if not found then
        raise exception 'there is no such person'
            using errcode = 'PA404', detail = format('user_id = %s', p_user_id), hint = 'Check the id.';
    end if;

    perform end_sessions(p_user_id, null, 'deactivated');

    if p_delete then
        update user_wallets as w
        set verified_at = null
        where w.user_id = p_user_id and w.verified_at is not null;
    end if;
end;
$$;

comment on function deactivate_user is
'Shuts a person out and ends their sessions; with p_delete the account is deleted for good.';
revoke all on function deactivate_user from public;
grant execute on function deactivate_user to pgacademy_admin, pgacademy_service;
