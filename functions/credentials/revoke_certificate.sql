-- revoke_certificate: course staff take a certificate back. Its code says revoked from now on, to everybody.
--
-- Again changes nothing. XP, coins and achievements stay.
--
-- called by  approved instructors for their own courses, administrators
-- requires   require_certificate_staff, withdraw_certificate, write_audit
-- errors     PA401, PA403, PA404 from require_certificate_staff · PA422 no reason
create or replace function revoke_certificate(
    p_certificate_id uuid,
    p_reason text
)
returns boolean
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
begin
    if p_reason is null or length(p_reason) not between 1 and 500 then
        raise exception 'a revocation needs a reason'
            using errcode = 'PA422',
                detail = format('reason = %s characters', coalesce(length(p_reason)::text, 'no')),
                hint = 'Say in 1 to 500 characters why; the holder reads it.';
    end if;

    perform write_audit(
        p_action => 'credentials.revoke_certificate', p_entity_type => 'certificates', p_entity_id => p_certificate_id::text
    );

    return withdraw_certificate(p_certificate_id => p_certificate_id, p_actor => v_actor, p_reason => p_reason);
end;
$$;

comment on function revoke_certificate is 'Takes a certificate back, once; returns whether it was valid before.';
revoke all on function revoke_certificate from public;
grant execute on function revoke_certificate to pgacademy_instructor, pgacademy_admin;
