-- lock_enrollments: enrolments for a set of steps, of each so many, which may complete its course.
--
-- First their courses, one by one in the order of their ids: those that may be completed to be written, the others shared, so
-- that no author who wants the enrolments can come between. Then the enrolments in the order of their ids. Whoever
-- enrols in one of these courses, or finishes it, waits for the set to be committed; other lessons go on.
--
-- What shows only then to be the last step, because the course shrank meanwhile, is never waited for, as in lock_enrollment.
--
-- called by  record_completions
-- errors     40001 as said
create or replace function lock_enrollments(
    p_enrollment_ids uuid[],
    p_steps integer[]
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
as $$
#variable_conflict use_column
declare
    v_course record;
    v_written uuid[] := array[]::uuid[];
begin
    for v_course in
        select
            e.course_id,
            bool_or(e.status = 'active' and e.total_lessons_count - e.completed_lessons_count <= t.steps) as may_be_completed
        from unnest(p_enrollment_ids, p_steps) as t (id, steps)
        inner join enrollments as e on e.id = t.id
        group by e.course_id
        order by e.course_id
    loop
        if v_course.may_be_completed then
            perform from course_stats as s where s.course_id = v_course.course_id for no key update;
            v_written := v_written || v_course.course_id;
        else
            perform from course_stats as s where s.course_id = v_course.course_id for share;
        end if;
    end loop;

    perform from enrollments as e where e.id = any(p_enrollment_ids) order by e.id for no key update;

    for v_course in
        select distinct e.course_id
        from unnest(p_enrollment_ids, p_steps) as t (id, steps)
        inner join enrollments as e on e.id = t.id
        where
            e.course_id <> all(v_written)
            and e.status = 'active'
            and e.total_lessons_count - e.completed_lessons_count <= t.steps
    loop
        perform from course_stats as s where s.course_id = v_course.course_id for no key update skip locked;

        if not found then
            raise exception 'the course changed just now'
                using errcode = 'serialization_failure', detail = format('course_id = %s', v_course.course_id),
                    hint = 'Repeat the transaction.';
        end if;
    end loop;
end;
$$;

comment on function lock_enrollments is 'Internal: locks enrolments, and before them their courses.';
-- Granted to nobody: part of procedures.
revoke all on function lock_enrollments from public;
