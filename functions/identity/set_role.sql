-- set_role: makes a person a student, an instructor or an administrator.
--
-- An approval goes with the role: who stops being an instructor and becomes one again waits for approval again. The
-- owner of the school may call it too, or there would never be a first administrator.
--
-- called by  administrators; the owner
-- requires   require_user, acting_in, guard_last_admin, write_audit
-- errors     PA401, PA403 from require_user · PA404 no such living person · PA409 the last administrator · PA422
--            no such role
create or replace function set_role(p_user_id uuid, p_role text)
returns void
language plpgsql
volatile
security definer -- writes users.role, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    if not acting_in('owner') then
        perform require_user('admin');
    end if;

    if p_role is null or p_role not in ('student', 'instructor', 'admin') then
        raise exception 'there is no such role'
            using errcode = 'PA422', detail = format('role = %s', left(p_role, 100)),
                hint = 'Pass student, instructor or admin.';
    end if;

    perform write_audit(
        p_action => 'identity.set_role', p_entity_type => 'users', p_entity_id => p_user_id::text,
        p_new_values => jsonb_build_object('role', p_role)
    );

    if p_role <> 'admin' then
        perform guard_last_admin(p_user_id);
    end if;

    update users as u
    set role = p_role, is_approved = u.is_approved and p_role <> 'student'
    where u.id = p_user_id and u.deleted_at is null;

    if not found then
        raise exception 'there is no such person'
            using errcode = 'PA404', detail = format('user_id = %s', p_user_id), hint = 'Check the id.';
    end if;
end;
$$;

comment on function set_role is 'Makes a person a student, an instructor or an administrator.';
revoke all on function set_role from public;
grant execute on function set_role to pgacademy_admin;
