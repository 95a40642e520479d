-- refresh_course_progress: counts every enrolment of a course anew, after its lessons have changed.
--
-- Locks the enrolments in the order of their ids, then counts them all in one new statement: a completion that was under
-- way is then either counted here or waits and counts for itself. All are written, whether or not their numbers change,
-- so that a completion with an older snapshot fails with 40001. Those who thereby have nothing left to do complete
-- the course, person by person in the order of their ids; nobody who had completed it loses that.
--
-- called by  refresh_progress_after_lessons, repair_counters
-- requires   counted_progress, next_lesson, complete_course, course_leaf_lessons; the caller holds the course's row
--            of course_stats
-- errors     none of its own
create or replace function refresh_course_progress(
    p_course_id uuid
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_at timestamptz := now();
begin
    perform from enrollments as e where e.course_id = p_course_id order by e.id for no key update;

    update enrollments as e
    set
        completed_lessons_count = c.completed_lessons,
        total_lessons_count = c.total_lessons,
        progress_percentage = c.progress_percentage,
        -- Where the learner is stays, unless there is nothing (left) to do there.
        current_lesson_id = case
            when c.is_somewhere then e.current_lesson_id
            else coalesce(next_lesson(p_enrollment_id => e.id), e.current_lesson_id)
        end
    from (
        select
            s.id, p.completed_lessons, p.total_lessons, p.progress_percentage,
            -- The lessons that count as an array, which is made once.
            coalesce(s.current_lesson_id = any(array(
                select l.lesson_id from course_leaf_lessons(p_course_id => p_course_id) as l
            )), false)
            and not exists (
                select
                from lesson_progress as d
                where d.enrollment_id = s.id and d.lesson_id = s.current_lesson_id and d.status = 'completed'
            ) as is_somewhere
        from counted_progress(p_course_id => p_course_id) as p
        inner join enrollments as s on s.id = p.enrollment_id
    ) as c
    where e.id = c.id;

    perform complete_course(p_enrollment_id => d.id, p_occurred_at => v_at)
    from (
        select e.id
        from enrollments as e
        where
            e.course_id = p_course_id
            and e.status = 'active'
            and e.total_lessons_count > 0
            and e.completed_lessons_count = e.total_lessons_count
        order by e.user_id
    ) as d;
end;
$$;

comment on function refresh_course_progress is 'Recounts all enrolments of a course after its lessons have changed.';
-- Granted to nobody: the triggers on lessons call it.
revoke all on function refresh_course_progress from public;
