-- issue_missing_certificates: gives those who completed a course before there were certificates, or while the setting was off,
-- what they have earned. Nobody for their own course, nobody who left, nobody whose certificate was revoked.
--
-- Takes the next p_limit enrolments; call it until enrollments_left is 0, each time in a transaction of its own. It may be
-- stopped at any moment and run by several at once. Locks in the order of the house, each kind in the order of its ids.
--
-- called by  back-end jobs, the owner after the migration
-- requires   require_service, missing_certificates, make_certificate, require_limit
-- errors     PA403 not the service · PA422 limit not between 1 and 10000
create or replace function issue_missing_certificates(
    p_limit integer default 500
)
returns table (certificates bigint, enrollments_left bigint)
language plpgsql
volatile
security definer -- writes certificates, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_ids uuid[];
    v_issued uuid[];
begin
    perform require_service();

    perform require_limit(p_limit => p_limit, p_max => 10000);

    -- Those who run this at once queue on a guard row, so that no two take the same enrolments.
    update write_guards as g set version = g.version + 1 where g.name = 'issue_missing_certificates';

    select coalesce(array_agg(d.enrollment_id), '{}')
    into v_ids
    from (
        select m.enrollment_id from missing_certificates() as m order by m.enrollment_id limit p_limit
    ) as d;

    perform from enrollments as e where e.id = any(v_ids) order by e.id for no key update;

    -- A new statement: staff may have issued one while we waited.
    select coalesce(array_agg(m.enrollment_id order by m.enrollment_id), '{}')
    into v_issued
    from missing_certificates() as m
    where m.enrollment_id = any(v_ids);

    perform
    from user_stats as s
    where s.user_id in (select e.user_id from enrollments as e where e.id = any(v_issued))
    order by s.user_id
    for no key update;

    perform make_certificate(p_enrollment_id => i.id, p_issued_by => null, p_occurred_at => now())
    from unnest(v_issued) as i (id);

    certificates := cardinality(v_issued);
    select count(*) into enrollments_left from missing_certificates();

    return next;
end;
$$;

comment on function issue_missing_certificates is
'Issues certificates of courses completed before there were any; call it until no enrolment is left.';
revoke all on function issue_missing_certificates from public;
grant execute on function issue_missing_certificates to pgacademy_service;
