-- update_course_progress: moves the enrolment, and what its learner has, with every lesson that is completed.
--
-- Locks the enrolment, then counts in a new statement: of two last lessons finished at once, the second count sees both,
-- so the course is completed by exactly one of them. The enrolment is always written, even if its numbers stay the
-- same: an older snapshot then fails with 40001 instead of counting what it cannot see. A course is completed here, its
-- rewards are given by the procedure that wrote the progress. Completed is for good: more lessons lower the
-- percentage and leave the status alone.
--
-- called by  after row trigger on lesson_progress (insert, delete, update of status, score or time)
-- requires   calculate_progress, next_lesson, reward_lesson, bump_stats; whoever writes the row holds the lock on the
--            enrolment
-- errors     none of its own
create or replace function update_course_progress()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_enrollment_id uuid;
    v_user_id uuid;
    v_was boolean := false;
    v_is boolean := false;
    v_old_score numeric;
    v_new_score numeric;
    v_seconds integer := 0;
    v_at timestamptz;
begin
    if tg_op <> 'INSERT' then
        v_enrollment_id := old.enrollment_id;
        v_user_id := old.user_id;
        v_was := old.status = 'completed';
        v_old_score := case when v_was then old.score end;
        v_seconds := - old.time_spent_seconds;
    end if;

    if tg_op <> 'DELETE' then
        v_enrollment_id := new.enrollment_id;
        v_user_id := new.user_id;
        v_is := new.status = 'completed';
        v_new_score := case when v_is then new.score end;
        v_seconds := v_seconds + new.time_spent_seconds;
        v_at := new.completed_at;
    end if;

    if v_was <> v_is or v_seconds <> 0 then
        perform from enrollments as e where e.id = v_enrollment_id for no key update;

        update enrollments as e
        set
            completed_lessons_count = c.completed_lessons,
            total_lessons_count = c.total_lessons,
            progress_percentage = c.progress_percentage,
            status = case when c.is_done then 'completed' else e.status end,
            completed_at = case when c.is_done then coalesce(v_at, now()) else e.completed_at end,
            -- With nothing left, the lesson just completed: apply_completion tells by it that there is no next one.
            current_lesson_id = case
                when v_is and not v_was then coalesce(next_lesson(p_enrollment_id => e.id), new.lesson_id)
                else e.current_lesson_id
            end,
            total_time_spent_seconds = e.total_time_spent_seconds + v_seconds,
            last_accessed_at = greatest(e.last_accessed_at, v_at)
        from (
            select
                p.completed_lessons, p.total_lessons, p.progress_percentage,
                s.status = 'active' and p.total_lessons > 0 and p.completed_lessons = p.total_lessons as is_done
            from enrollments as s
            cross join lateral calculate_progress(p_enrollment_id => s.id) as p
            where s.id = v_enrollment_id
        ) as c
        where e.id = v_enrollment_id;
    end if;

    if v_is and not v_was then
        perform reward_lesson(p_progress => new, p_seconds => v_seconds);
    elsif v_was <> v_is or v_seconds <> 0 or v_old_score is distinct from v_new_score then
        perform bump_stats(
            p_user_id => v_user_id,
            p_lessons => v_is::integer - v_was::integer,
            p_score => v_new_score,
            p_score_before => v_old_score,
            p_seconds => v_seconds,
            p_accessed_at => case when v_was <> v_is or v_seconds <> 0 then v_at end
        );
    end if;

    return null;
end;
$$;

comment on function update_course_progress is 'Trigger: recounts the enrolment when a lesson is completed, and completes it.';
revoke all on function update_course_progress from public;
-- Granted to nobody: a trigger needs no EXECUTE.
