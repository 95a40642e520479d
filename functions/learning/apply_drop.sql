-- apply_drop: takes a learner off a course. The row and all progress stay, the seat is free.
--
-- Dropping again, or what has expired, changes nothing and returns the row as it is.
--
-- called by  drop_course, record_drop
-- errors     PA404 not enrolled · PA409 the course is completed, which is for good
create or replace function apply_drop(
    p_user_id uuid,
    p_course_id uuid,
    p_at timestamptz
)
returns table (enrollment_id uuid, status text, dropped_at timestamptz)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_enrollment enrollments;
begin
    -- The course before the enrolment, as everywhere.
    perform from course_stats as s where s.course_id = p_course_id for no key update;

    select e.*
    into v_enrollment
    from enrollments as e
    where e.user_id = p_user_id and e.course_id = p_course_id
    for no key update;

    if not found then
        raise exception 'not enrolled in this course'
            using errcode = 'PA404',
                detail = format(
                    'user_id = %s, course_id = %s', coalesce(p_user_id::text, 'null'), coalesce(p_course_id::text, 'null')
                ),
                hint = 'There is nothing to leave.';
    end if;

    if v_enrollment.status = 'completed' then
        raise exception 'a completed course cannot be dropped'
            using errcode = 'PA409', detail = format('completed_at = %s', v_enrollment.completed_at),
                hint = 'Completed is for good.';
    end if;

    if v_enrollment.status = 'active' then
        update enrollments as e
        set status = 'dropped', dropped_at = p_at
        where e.id = v_enrollment.id
        returning e.* into v_enrollment;
    end if;

    return query select v_enrollment.id, v_enrollment.status, v_enrollment.dropped_at;
end;
$$;

comment on function apply_drop is 'Internal: takes a learner off a course.';
-- Granted to nobody: drop_course and record_drop decide who may.
revoke all on function apply_drop from public;
