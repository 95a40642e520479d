-- grant_certificate: the certificate that a completed course brings, unless the setting certificates.issue_on_completion says
-- no. Nobody gets one for their own course, or after they left; nobody a second one.
--
-- called by  reward_course, whose caller holds the enrolment
-- requires   setting, make_certificate
-- errors     those of make_certificate
create or replace function grant_certificate(
    p_user_id uuid,
    p_course_id uuid,
    p_occurred_at timestamptz,
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
    v_enrollment_id uuid;
begin
    achievements := '[]';
    xp_awarded := 0;

    if not coalesce((setting(p_key => 'certificates.issue_on_completion') #>> '{}')::boolean, true) then
        return;
    end if;

    select e.id
    into v_enrollment_id
    from enrollments as e
    inner join courses as c on c.id = e.course_id and c.instructor_id <> e.user_id
    inner join users as u on u.id = e.user_id and u.deleted_at is null
    where
        e.user_id = p_user_id and e.course_id = p_course_id and e.status = 'completed'
        and not exists (select from certificates as f where f.enrollment_id = e.id);

    if found then
        select m.achievements, m.xp_awarded
        into achievements, xp_awarded
        from make_certificate(
            p_enrollment_id => v_enrollment_id, p_issued_by => null, p_occurred_at => p_occurred_at
        ) as m;
    end if;
end;
$$;

comment on function grant_certificate is 'Internal: the certificate that a completed course brings.';
-- Granted to nobody: it follows the completion.
revoke all on function grant_certificate from public;
