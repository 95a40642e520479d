-- reissue_certificate: course staff replace a certificate: after the person has corrected their name, or because it was
-- revoked by mistake. The new one has the name of today, title and date of the old one, a number and a code of its own.
--
-- What an administrator revoked, only an administrator replaces. Only the last certificate of an enrolment is replaced:
-- of two who do it at once, one is told so.
--
-- called by  approved instructors for their own courses, administrators
-- requires   require_certificate_staff, acting_in, withdraw_certificate, make_certificate, write_audit
-- errors     PA401, PA403, PA404 from require_certificate_staff · PA403 an administrator revoked it · PA409 it was
--            replaced already, the person has left · PA422 no reason
create or replace function reissue_certificate(
    p_certificate_id uuid,
    p_reason text
)
returns uuid
language plpgsql
volatile
security definer -- writes certificates, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_actor uuid := require_certificate_staff(
        p_enrollment_id => (select f.enrollment_id from certificates as f where f.id = p_certificate_id)
    );
    v_old certificates;
begin
    if p_reason is null or length(p_reason) not between 1 and 500 then
        raise exception 'a certificate is replaced for a reason'
            using errcode = 'PA422',
                detail = format('reason = %s characters', coalesce(length(p_reason)::text, 'no')),
                hint = 'Say in 1 to 500 characters why; the holder reads it.';
    end if;

    -- A new statement, after the lock.
    select f.*
    into v_old
    from certificates as f
    inner join users as u on u.id = f.user_id and u.deleted_at is null
    where f.id = p_certificate_id
        and not exists (select from certificates as g where g.enrollment_id = f.enrollment_id and g.replaces_id = f.id);

    if not found then
        raise exception 'this certificate is not replaced'
            using errcode = 'PA409', detail = format('certificate_id = %s', p_certificate_id),
                hint = 'It was replaced already, then replace the last one; or the person has left.';
    end if;

    -- Of those revoked before the role was kept, the person's tells.
    if v_old.revoked_at is not null
        and not acting_in('admin')
        and coalesce(v_old.revoked_as, (select u.role from users as u where u.id = v_old.revoked_by)) = 'admin'
    then
        raise exception 'an administrator revoked this certificate'
            using errcode = 'PA403', detail = format('certificate_id = %s, revoked_at = %s', p_certificate_id, v_old.revoked_at),
                hint = 'Ask an administrator to replace it.';
    end if;

    perform withdraw_certificate(p_certificate_id => p_certificate_id, p_actor => v_actor, p_reason => p_reason);

    perform write_audit(
        p_action => 'credentials.reissue_certificate', p_entity_type => 'certificates',
        p_entity_id => p_certificate_id::text
    );

    return (
        select m.certificate_id
        from make_certificate(
            p_enrollment_id => v_old.enrollment_id, p_issued_by => v_actor, p_occurred_at => now(), p_replaced => v_old
        ) as m
    );
end;
$$;

comment on function reissue_certificate is 'Replaces the last certificate of an enrolment by a new one; returns that.';
revoke all on function reissue_certificate from public;
grant execute on function reissue_certificate to pgacademy_instructor, pgacademy_admin;
