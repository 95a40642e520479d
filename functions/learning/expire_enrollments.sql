-- expire_enrollments: ends the active enrolments whose time is over; their seats are free. Returns how many.
--
-- complete_lesson refuses an expired enrolment whether or not this job has come by.
--
-- called by  a daily job
-- requires   require_service, require_moment
-- errors     PA403 not the service · PA422 a moment in the future
create or replace function expire_enrollments(
    p_as_of timestamptz default null
)
returns integer
language plpgsql
volatile
security definer -- writes enrollments, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_at timestamptz;
    v_due uuid[];
    v_count integer;
begin
    perform require_service();
    v_at := require_moment(p_at => p_as_of);

    select array_agg(e.id order by e.id)
    into v_due
    from enrollments as e
    where e.status = 'active' and e.expires_at <= v_at;

    -- Courses, then enrolments, each in the order of their ids; what changed meanwhile is left out by the update.
    perform
    from course_stats as s
    where s.course_id in (select e.course_id from enrollments as e where e.id = any(v_due))
    order by s.course_id
    for no key update;

    perform from enrollments as e where e.id = any(v_due) order by e.id for no key update;

    update enrollments as e
    set status = 'expired'
    where e.id = any(v_due) and e.status = 'active' and e.expires_at <= v_at;

    get diagnostics v_count = row_count;
    return v_count;
end;
$$;

comment on function expire_enrollments is 'Ends the enrolments whose time is over; returns how many.';
revoke all on function expire_enrollments from public;
grant execute on function expire_enrollments to pgacademy_service;
