-- advance_enrollments: moves enrolments by what their learners have done in a lesson; the ids of those it completes.
--
-- Locks the enrolments, then counts in a new statement: of two last lessons finished at once, the second count sees both,
-- so the course is completed by exactly one of them. They are always written, even if their numbers stay the same: an
-- older snapshot then fails with 40001 instead of counting what it cannot see. Completed is for good: more lessons
-- lower the percentage and leave the status alone.
--
-- Of each enrolment, which comes once: the lesson that was just completed, null where none was; the seconds to add; when.
--
-- Completions are counted here for the courses, all of one at once; counted_moves tells count_enrollment so. Those of the
-- people are the caller's to count, in the UPDATE that moves what else the lesson has brought them.
--
-- called by  update_course_progress, apply_completions
-- requires   progress_of_enrollments, next_lessons; the caller holds course_stats of the courses that may be completed
-- errors     none of its own
create or replace function advance_enrollments(
    p_enrollment_ids uuid[],
    p_lesson_ids uuid[],
    p_seconds integer[],
    p_at timestamptz[]
)
returns uuid[]
language plpgsql
volatile
security invoker
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
set enable_seqscan = off -- rows by their keys: a plan for ten would read all of a small table
set work_mem = '32MB' -- the lessons that count are hashed: with less, they would be gone through for each that is done
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_learning_ids constant uuid[] := array(
        select t.enrollment_id
        from unnest(p_enrollment_ids, p_lesson_ids) as t (enrollment_id, lesson_id)
        where t.lesson_id is not null
    );
    v_done uuid[];
begin
    perform from enrollments as e where e.id = any(p_enrollment_ids) order by e.id for no key update;

    with counted as (
        select
            t.enrollment_id, t.lesson_id, n.lesson_id as next_lesson_id, t.seconds, t.at, p.completed_lessons,
            p.total_lessons, p.progress_percentage,
            p.status = 'active' and p.total_lessons > 0 and p.completed_lessons = p.total_lessons as is_done
        from unnest(p_enrollment_ids, p_lesson_ids, p_seconds, p_at) as t (enrollment_id, lesson_id, seconds, at)
        inner join progress_of_enrollments(p_enrollment_ids => p_enrollment_ids) as p on p.enrollment_id = t.enrollment_id
        left join next_lessons(p_enrollment_ids => v_learning_ids) as n on n.enrollment_id = t.enrollment_id
    ),

    moved as (
        update enrollments as e
        set
            completed_lessons_count = c.completed_lessons,
            total_lessons_count = c.total_lessons,
            progress_percentage = c.progress_percentage,
            status = case when c.is_done then 'completed' else e.status end,
            completed_at = case when c.is_done then coalesce(c.at, v_now) else e.completed_at end,
            counted_moves = e.counted_moves + c.is_done::integer,
            -- With nothing left, the lesson just completed: apply_completion tells by it that there is no next one.
            current_lesson_id = case
                when c.lesson_id is not null then coalesce(c.next_lesson_id, c.lesson_id)
                else e.current_lesson_id
            end,
            total_time_spent_seconds = e.total_time_spent_seconds + c.seconds,
            last_accessed_at = greatest(e.last_accessed_at, c.at)
        from counted as c
        where e.id = c.enrollment_id
        returning e.id, c.is_done
    )

    select coalesce(array_agg(m.id order by m.id) filter (where m.is_done), '{}') into v_done from moved as m;

    if v_done <> '{}' then
        update course_stats as s
        set completion_count = s.completion_count + d.people
        from (
            select e.course_id, count(*)::integer as people from enrollments as e where e.id = any(v_done) group by e.course_id
        ) as d
        where s.course_id = d.course_id;
    end if;

    return v_done;
end;
$$;

comment on function advance_enrollments is
'Internal: moves enrolments by lessons that were completed; the ids of those it completes.';
-- Granted to nobody: progress moves with the rows it counts.
revoke all on function advance_enrollments from public;
