-- reactivate_user: lets a deactivated person in again. Ended sessions stay ended.
--
-- called by  administrators; back end
-- requires   require_user, acting_in, write_audit
-- errors     PA401, PA403 from require_user · PA404 no such living person: deleted ones do not come back
create or replace function reactivate_user(p_user_id uuid)
returns void
language plpgsql
volatile
security definer -- writes users.is_active, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    if not (acting_in('service') or acting_in('owner')) then
        perform require_user('admin');
    end if;

    perform write_audit(
        p_action => 'identity.reactivate_user', p_entity_type => 'users', p_entity_id => p_user_id::text
    );

    update users as u
    set is_active = true
    where u.id = p_user_id and u.deleted_at is null;

    if not found then
        raise exception 'there is no such person'
            using errcode = 'PA404', detail = format('user_id = %s', p_user_id),
                hint = 'Deleted accounts do not come back.';
    end if;
end;
$$;

comment on function reactivate_user is 'Lets a deactivated person in again.';
revoke all on function reactivate_user from public;
grant execute on function reactivate_user to pgacademy_admin, pgacademy_service;
