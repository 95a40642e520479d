-- acting_in: does the caller act in this role of this school?
--
-- The database role, not the person: what the connection may do at most. Inside a definer procedure current_user is the
-- owner, so the caller's role is read from the setting `role`, which `set role` moves and which nobody can set to a
-- role they are not a member of; without a `set role` it is the login itself. Logins are NOINHERIT, so a login that
-- forgot its `set local role` acts in nothing. Superusers count as everything.
--
-- called by  acts_as, require_user, require_service, procedures with more than one kind of caller
-- errors     none; an unknown role is false
create or replace function acting_in(p_role text)
returns boolean
language plpgsql
stable
parallel safe
security invoker
set search_path from current -- current_schema() must be the school, whatever the caller's path is
as $$
#variable_conflict use_column
begin
    return coalesce(
        pg_has_role(
            coalesce(nullif(current_setting('role'), 'none')::name, session_user),
            to_regrole(quote_ident(current_schema() || '_' || p_role))::oid,
            'usage'
        ),
        false
    );
end;
$$;

comment on function acting_in(text) is
'Whether the caller acts in this role of the school: anonymous, student, instructor, admin, service, analyst, owner.';
revoke all on function acting_in(text) from public;
grant execute on function acting_in(text) to
pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service, pgacademy_analyst;
