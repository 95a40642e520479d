-- make_certificate: writes a certificate for a completed enrolment, and counts it. See make_certificates.
--
-- called by  issue_certificate, reissue_certificate, issue_missing_certificates
-- requires   make_certificates
-- errors     those of count_deeds
create or replace function make_certificate(
    p_enrollment_id uuid,
    p_issued_by uuid,
    p_occurred_at timestamptz,
    p_replaced certificates default null,
    out certificate_id uuid,
    out achievements jsonb,
    out xp_awarded integer
)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    select m.certificate_id, m.achievements, m.xp_awarded
    into certificate_id, achievements, xp_awarded
    from make_certificates(
        p_enrollment_ids => array[p_enrollment_id],
        p_issued_by => p_issued_by,
        p_occurred_at => array[p_occurred_at],
        p_replaced => p_replaced
    ) as m;
end;
$$;

comment on function make_certificate is 'Internal: writes a certificate for a completed enrolment, and counts it.';
-- Granted to nobody: procedures decide who gets one.
revoke all on function make_certificate from public;
