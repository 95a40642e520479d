-- issue_certificate: course staff give the certificate of a completed enrolment, where completion did not: the setting was
-- off, or it was completed before there were certificates. If there is a valid one, that is returned.
--
-- called by  approved instructors for their own courses, administrators
-- requires   require_certificate_staff, make_certificate, write_audit
-- errors     PA401, PA403, PA404 from require_certificate_staff · PA409 not completed, one's own course, the person has left,
--            a certificate was revoked (reissue_certificate)
create or replace function issue_certificate(
    p_enrollment_id uuid
)
returns table (certificate_id uuid, is_new boolean)
language plpgsql
volatile
security definer -- writes certificates, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_actor uuid := require_certificate_staff(p_enrollment_id => p_enrollment_id);
    v_problem text;
begin
    is_new := false;
    certificate_id := (
        select f.id from certificates as f where f.enrollment_id = p_enrollment_id and f.revoked_at is null
    );

    if certificate_id is not null then
        return next;
        return;
    end if;

    select
        case
            when e.status <> 'completed' then 'status = ' || e.status
            when u.deleted_at is not null then 'the person has left'
            when c.instructor_id = e.user_id then 'it is their own course'
            when exists (select from certificates as f where f.enrollment_id = e.id) then 'one was revoked'
        end
    into v_problem
    from enrollments as e
    inner join users as u on u.id = e.user_id
    inner join courses as c on c.id = e.course_id
    where e.id = p_enrollment_id;

    if v_problem is not null then
        raise exception 'this enrolment gets no certificate'
            using errcode = 'PA409', detail = v_problem,
                hint = 'The course has to be completed; one that was revoked is replaced by reissue_certificate.';
    end if;

    perform write_audit(
        p_action => 'credentials.issue_certificate', p_entity_type => 'enrollments',
        p_entity_id => p_enrollment_id::text
    );

    is_new := true;
    certificate_id := (
        select m.certificate_id
        from make_certificate(p_enrollment_id => p_enrollment_id, p_issued_by => v_actor, p_occurred_at => now()) as m
    );

    return next;
end;
$$;

comment on function issue_certificate is 'Gives the certificate of a completed enrolment, or returns the valid one.';
revoke all on function issue_certificate from public;
grant execute on function issue_certificate to pgacademy_instructor, pgacademy_admin;
