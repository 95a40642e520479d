-- grant_certificates: the certificates that completed courses bring, unless the setting certificates.issue_on_completion says
-- no. Nobody gets one for their own course, or after they left; nobody a second one. Of different people, in the order
-- of their ids; returns a row for each who got one.
--
-- called by  reward_courses, whose caller holds the enrolments
-- requires   setting, make_certificates
-- errors     those of make_certificates
create or replace function grant_certificates(
    p_user_ids uuid[],
    p_course_ids uuid[],
    p_occurred_at timestamptz[]
)
returns table (user_id uuid, achievements jsonb, xp_awarded integer)
language plpgsql
volatile
security invoker
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
as $$
#variable_conflict use_column
declare
    v_earned record;
begin
    if not coalesce((setting(p_key => 'certificates.issue_on_completion') #>> '{}')::boolean, true) then
        return;
    end if;

    select array_agg(e.id order by e.user_id) as ids, array_agg(p_occurred_at[i.nth] order by e.user_id) as moments
    into v_earned
    from unnest(p_user_ids) with ordinality as i (user_id, nth)
    inner join enrollments as e on e.user_id = i.user_id and e.course_id = p_course_ids[i.nth]
    inner join courses as c on c.id = e.course_id and c.instructor_id <> e.user_id
    inner join users as u on u.id = e.user_id and u.deleted_at is null
    where e.status = 'completed' and not exists (select from certificates as f where f.enrollment_id = e.id);

    if v_earned.ids is not null then
        return query
        select m.user_id, m.achievements, m.xp_awarded
        from make_certificates(
            p_enrollment_ids => v_earned.ids, p_issued_by => null, p_occurred_at => v_earned.moments
        ) as m;
    end if;
end;
$$;

comment on function grant_certificates is 'Internal: the certificates that completed courses bring.';
-- Granted to nobody: they follow the completion.
revoke all on function grant_certificates from public;
