-- verify_email: records that a person has proven an email address: the one they have, or a new one, which becomes
-- theirs.
--
-- Who changes their address proves the new one first; so this is the only way an address changes, and an address that
-- nobody proved never replaces one that was.
--
-- called by  back end, when the link in the message was followed
-- requires   require_service, check_person_values, write_audit
-- errors     PA403 not the back end · PA404 no such living person · PA409 the address is taken · PA422 no address,
--            or none that can be · 23505 taken at the same moment (users_email_key)
create or replace function verify_email(p_user_id uuid, p_email text)
returns void
language plpgsql
volatile
security definer -- writes users.email_verified, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_email text := nullif(btrim(p_email), '');
begin
    perform require_service();

    if v_email is null then
        raise exception 'which address was proven?'
            using errcode = 'PA422', detail = 'email is empty', hint = 'Pass the address the message went to.';
    end if;
    perform check_person_values(p_email => v_email);

    if exists (
        select
        from users as u
        where lower(u.email) = lower(v_email) and u.deleted_at is null and u.id <> p_user_id
    ) then
        raise exception 'this email is taken'
            using errcode = 'PA409', detail = 'users_email_key', hint = 'Use another address.';
    end if;

    perform write_audit(p_action => 'identity.verify_email', p_entity_type => 'users', p_entity_id => p_user_id::text);

    update users as u
    set email = v_email, email_verified = true
    where u.id = p_user_id and u.deleted_at is null;

    if not found then
        raise exception 'there is no such person'
            using errcode = 'PA404', detail = format('user_id = %s', p_user_id), hint = 'Check the id.';
    end if;
end;
$$;

comment on function verify_email is 'Records that a person proved an email address, which is theirs from then on.';
revoke all on function verify_email from public;
grant execute on function verify_email to pgacademy_service;
