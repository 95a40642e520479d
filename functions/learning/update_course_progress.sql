-- update_course_progress: moves the enrolment, and what its learner has, with every lesson that is completed.
--
-- A course is completed here; its rewards are given by the procedure that wrote the progress. Rows that are written as
-- a set (is_batched) are counted as a set, by who writes them (apply_completions).
--
-- called by  after row triggers on lesson_progress (insert, delete, update of status, score or time)
-- requires   advance_enrollments, reward_lessons, bump_stats; whoever writes the row holds the lock on the
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
    v_done uuid[] := array[]::uuid[];
begin
    -- Said here too: a release replaces functions before triggers.
    if tg_op = 'INSERT' and new.is_batched then
        return null;
    end if;

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
        v_done := advance_enrollments(
            p_enrollment_ids => array[v_enrollment_id],
            p_lesson_ids => array[case when v_is and not v_was then new.lesson_id end],
            p_seconds => array[v_seconds],
            p_at => array[v_at]
        );
    end if;

    if v_is and not v_was then
        perform reward_lessons(p_rows => array[new], p_seconds => array[v_seconds], p_courses_completed => array[cardinality(v_done)]);
    elsif v_was <> v_is or v_seconds <> 0 or v_old_score is distinct from v_new_score then
        perform bump_stats(
            p_user_id => v_user_id,
            p_lessons => v_is::integer - v_was::integer,
            p_courses_completed => cardinality(v_done),
            p_score => v_new_score,
            p_occurred_at => case when v_done <> '{}' then coalesce(v_at, now()) end,
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
