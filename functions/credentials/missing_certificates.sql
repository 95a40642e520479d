-- missing_certificates: enrolments whose completion should have brought a certificate and never did.
--
-- called by  issue_missing_certificates
-- errors     none
create or replace function missing_certificates()
returns table (enrollment_id uuid)
language sql
stable
security invoker
begin atomic
    select e.id
    from enrollments as e
    inner join courses as c on c.id = e.course_id and c.instructor_id <> e.user_id
    inner join users as u on u.id = e.user_id and u.deleted_at is null
    where
        e.completed_at is not null
        and e.certificate_issued_at is null
        and not exists (select from certificates as f where f.enrollment_id = e.id);
end;

comment on function missing_certificates is 'Internal: completed enrolments that never had a certificate.';
-- Granted to nobody: it reads other people's rows.
revoke all on function missing_certificates from public;
