-- close_overdue_attempts: grades the open attempts whose time is over, with what was saved. Returns how many.
--
-- At most p_limit in one call, the most overdue first, so that its locks are held for a short time; call it until it
-- returns 0. A learner who comes back earlier has it done by start_quiz.
--
-- called by  a job, every minute or so
-- requires   require_service, grace_time, finish_attempt, require_limit
-- errors     PA403 not the service · PA422 a limit below 1
create or replace function close_overdue_attempts(
    p_limit integer default 100
)
returns integer
language plpgsql
volatile
security definer -- writes quiz_attempts, progress, XP and counters, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_before timestamptz;
    v_due uuid[];
    v_attempt record;
    v_count integer := 0;
begin
    perform require_service();

    perform require_limit(p_limit => p_limit, p_max => 10000);

    v_before := clock_timestamp() - grace_time();

    select array_agg(d.id)
    into v_due
    from (
        select a.id
        from quiz_attempts as a
        where a.status = 'in_progress' and a.deadline_at < v_before
        order by a.deadline_at
        limit p_limit
    ) as d;

    -- Courses, then enrolments, then attempts, each in the order of their ids; what changed meanwhile is left out.
    perform
    from course_stats as s
    where s.course_id in (select a.course_id from quiz_attempts as a where a.id = any(v_due))
    order by s.course_id
    for no key update;

    perform
    from enrollments as e
    where e.id in (select a.enrollment_id from quiz_attempts as a where a.id = any(v_due))
    order by e.id
    for no key update;

    perform
    from quiz_attempts as a
    where a.id = any(v_due) and a.status = 'in_progress'
    order by a.id
    for no key update;

    for v_attempt in
        select a.id, a.deadline_at
        from quiz_attempts as a
        where a.id = any(v_due) and a.status = 'in_progress'
        order by a.user_id, a.id
    loop
        perform from finish_attempt(
            p_attempt_id => v_attempt.id, p_closed_by => 'deadline', p_submitted_at => v_attempt.deadline_at
        );
        v_count := v_count + 1;
    end loop;

    return v_count;
end;
$$;

comment on function close_overdue_attempts is 'Grades open attempts whose time is over; returns how many.';
revoke all on function close_overdue_attempts from public;
grant execute on function close_overdue_attempts to pgacademy_service;
