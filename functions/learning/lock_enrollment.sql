-- lock_enrollment: an enrolment for a step that may complete its course, with the row of the course before it.
--
-- Who completes a course counts it in course_stats, and authors hold that row while they wait for enrolments. So it comes
-- before the enrolment wherever the step may be the last one, as far as the caller has seen (p_may_be_last). But the
-- course may shrink, or another of its lessons be completed, while this call waits: then the step is the last one after
-- all. So nobody waits for an enrolment alone. One that is free is taken at once, and what was seen of it holds. For one
-- that somebody has, the caller queues at the course first, and only those who wait do.
--
-- What is left is a change that was committed between the server's first look at the free enrolment and its lock: if that
-- made the step the last one, and the course is not to be had at once, the call fails with 40001.
--
-- called by  apply_completion, lock_attempts_of
-- errors     40001 as said; an unknown enrolment locks nothing and returns null
create or replace function lock_enrollment(
    p_enrollment_id uuid,
    p_may_be_last boolean
)
returns enrollments
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_enrollment enrollments;
begin
    if not p_may_be_last then
        select e.* into v_enrollment
        from enrollments as e
        where e.id = p_enrollment_id
        for no key update skip locked;

        if found then
            if v_enrollment.status = 'active'
                and v_enrollment.total_lessons_count - v_enrollment.completed_lessons_count <= 1
            then
                perform from course_stats as s
                where s.course_id = v_enrollment.course_id
                for no key update skip locked;

                if not found then
                    raise exception 'the course changed just now'
                        using errcode = 'serialization_failure', detail = format('course_id = %s', v_enrollment.course_id),
                            hint = 'Repeat the transaction.';
                end if;
            end if;

            return v_enrollment;
        end if;
    end if;

    perform from course_stats as s
    where s.course_id = (select e.course_id from enrollments as e where e.id = p_enrollment_id)
    for no key update;

    select e.* into v_enrollment from enrollments as e where e.id = p_enrollment_id for no key update;

    return v_enrollment;
end;
$$;

comment on function lock_enrollment is 'Internal: locks an enrolment, and its course before it where the course may be completed.';
-- Granted to nobody: part of procedures.
revoke all on function lock_enrollment from public;
