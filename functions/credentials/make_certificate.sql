-- make_certificate: writes a certificate for a completed enrolment, and counts it.
--
-- The caller holds the enrolment and knows that it has no valid certificate. The enrolment is updated here: an older
-- snapshot that wants to do the same fails with 40001.
--
-- Number and code are parts of one SHA-256 over 244 random bits, so that the number, which everybody may read, says nothing
-- about the code.
--
-- called by  grant_certificate, issue_certificate, reissue_certificate, issue_missing_certificates
-- requires   count_deed
-- errors     those of count_deed
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
declare
    v_now timestamptz := now();
    v_random bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
    v_user_id uuid;
begin
    insert into certificates
    (
        enrollment_id, user_id, course_id, certificate_number, verification_code, recipient_name, course_title,
        completed_at, issued_at, issued_by, replaces_id
    )
    select
        e.id, e.user_id, e.course_id,
        to_char(v_now at time zone 'UTC', 'YYYY-')
        || rtrim(regexp_replace(upper(encode(substr(v_random, 21, 8), 'hex')), '(....)', E'\\1-', 'g'), '-'),
        encode(substr(v_random, 1, 20), 'hex'),
        left(
            coalesce(
                nullif(btrim(u.full_name), ''),
                nullif(btrim(concat_ws(' ', u.first_name, u.last_name)), ''),
                u.username,
                'Unnamed'
            ), 255
        ),
        coalesce((p_replaced).course_title, left(coalesce(nullif(btrim(c.title), ''), c.slug), 500)),
        coalesce((p_replaced).completed_at, e.completed_at),
        v_now, p_issued_by, (p_replaced).id
    from enrollments as e
    inner join users as u on u.id = e.user_id
    inner join courses as c on c.id = e.course_id
    where e.id = p_enrollment_id
    returning id, user_id into certificate_id, v_user_id;

    update enrollments as e set certificate_issued_at = v_now where e.id = p_enrollment_id;

    select d.achievements, d.xp_awarded
    into achievements, xp_awarded
    from count_deed(p_user_id => v_user_id, p_metric => 'certificates_earned', p_occurred_at => p_occurred_at) as d;
end;
$$;

comment on function make_certificate is 'Internal: writes a certificate for a completed enrolment, and counts it.';
-- Granted to nobody: procedures decide who gets one.
revoke all on function make_certificate from public;
