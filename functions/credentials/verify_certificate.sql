-- verify_certificate: is this certificate genuine? For anybody who holds its code.
--
-- Always one row of the same columns, by the same way: whatever is sent is brought to the form of a code and looked up once.
-- Of a valid one it tells what is printed on it; of a revoked one only that it is, and since when; no ids, nothing of the
-- person or the course but what stood there on the day.
--
-- called by  anyone
-- errors     none
create or replace function verify_certificate(
    p_code text
)
returns table (
    status text, certificate_number text, recipient_name text, course_title text, completed_at timestamptz,
    issued_at timestamptz, revoked_at timestamptz
)
language plpgsql
stable
security definer -- reads other people's certificates, which no visitor may
set search_path from current
as $$
#variable_conflict use_column
begin
    return query
    select
        case when f.id is null then 'unknown' when f.revoked_at is null then 'valid' else 'revoked' end,
        f.certificate_number,
        case when f.revoked_at is null then f.recipient_name end,
        case when f.revoked_at is null then f.course_title end,
        case when f.revoked_at is null then f.completed_at end,
        case when f.revoked_at is null then f.issued_at end,
        f.revoked_at
    -- People type spaces and hyphens.
    from (select lower(translate(left(p_code, 100), ' -', ''))) as v (code)
    left join certificates as f on f.verification_code = v.code;
end;
$$;

comment on function verify_certificate is 'Tells whoever holds the code of a certificate whether it is valid, and what it says.';
revoke all on function verify_certificate from public;
grant execute on function verify_certificate to
pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service;
