-- withdraw_certificate: revokes a certificate, if it is valid, and counts it no more. Returns whether it was.
--
-- called by  revoke_certificate, reissue_certificate; both hold the enrolment
-- requires   acting_in, count_deed
-- errors     none of its own
create or replace function withdraw_certificate(
    p_certificate_id uuid,
    p_actor uuid,
    p_reason text
)
returns boolean
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_certificate certificates;
begin
    update certificates as f
    set
        revoked_at = v_now,
        revoked_by = p_actor,
        revoked_as = case when acting_in('admin') then 'admin' else 'instructor' end,
        revocation_reason = p_reason
    where f.id = p_certificate_id and f.revoked_at is null
    returning f.* into v_certificate;

    if not found then
        return false;
    end if;

    -- Always written: it is what an older snapshot stumbles over.
    update enrollments as e set certificate_issued_at = null where e.id = v_certificate.enrollment_id;
    perform count_deed(p_user_id => v_certificate.user_id, p_metric => 'certificates_earned', p_by => -1);

    return true;
end;
$$;

comment on function withdraw_certificate is 'Internal: revokes a valid certificate, and counts it no more.';
-- Granted to nobody: procedures decide who may.
revoke all on function withdraw_certificate from public;
