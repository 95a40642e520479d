-- guard_last_admin: refuses to take away the last administrator.
--
-- Two administrators who remove each other at the same moment would leave none; so everyone who may take one away first
-- updates the row last_admin of write_guards, and looks only then.
--
-- called by  set_role, deactivate_user, before they lock the person (granted to nobody)
-- errors     PA409 there would be no living, active administrator left
create or replace function guard_last_admin(p_user_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    update write_guards as g
    set version = g.version + 1
    where g.name = 'last_admin';

    if exists (
        select
        from users as u
        where u.id = p_user_id and u.role = 'admin' and u.is_active and u.deleted_at is null
    ) and not exists (
        select
        from users as u
        where u.id <> p_user_id and u.role = 'admin' and u.is_active and u.deleted_at is null
    ) then
        raise exception 'this is the last administrator'
            using errcode = 'PA409', detail = format('user_id = %s', p_user_id),
                hint = 'Make another person an administrator first.';
    end if;
end;
$$;

comment on function guard_last_admin is 'Internal: refuses to take away the last administrator.';
revoke all on function guard_last_admin from public;
