-- approve_instructor: lets an instructor publish, or no longer.
--
-- called by  administrators
-- requires   require_user, acting_in, write_audit
-- errors     PA401, PA403 from require_user · PA404 no such living person · PA409 not an instructor · PA422 null
create or replace function approve_instructor(p_user_id uuid, p_is_approved boolean default true)
returns void
language plpgsql
volatile
security definer -- writes users.is_approved, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_role text;
begin
    if not acting_in('owner') then
        perform require_user('admin');
    end if;

    if p_is_approved is null then
        raise exception 'approved or not?'
            using errcode = 'PA422', detail = 'is_approved is null', hint = 'Pass true or false.';
    end if;

    perform write_audit(
        p_action => 'identity.approve_instructor', p_entity_type => 'users', p_entity_id => p_user_id::text,
        p_new_values => jsonb_build_object('is_approved', p_is_approved)
    );

    select u.role
    into v_role
    from users as u
    where u.id = p_user_id and u.deleted_at is null
    for no key update;

    if not found then
        raise exception 'there is no such person'
            using errcode = 'PA404', detail = format('user_id = %s', p_user_id), hint = 'Check the id.';
    end if;
    if v_role = 'student' then
        raise exception 'only instructors are approved'
            using errcode = 'PA409', detail = format('role = %s', v_role),
                hint = 'Make the person an instructor first, with set_role.';
    end if;

    update users as u
    set is_approved = p_is_approved
    where u.id = p_user_id and u.is_approved <> p_is_approved;
end;
$$;

comment on function approve_instructor is 'Lets an instructor publish courses, or no longer.';
revoke all on function approve_instructor from public;
grant execute on function approve_instructor to pgacademy_admin;
