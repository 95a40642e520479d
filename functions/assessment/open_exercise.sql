-- open_exercise: the learner's turn with an exercise. From here on they have it alone: attempts are counted, and their
-- draft is looked for, after it.
--
-- Begins the lesson as well, so all that start_lesson asks is asked. Locks as start_quiz does, and the exercise, so
-- that nobody deletes it meanwhile.
--
-- called by  start_exercise, submit_exercise
-- requires   lock_attempts_of, apply_start, grace_time
-- errors     PA404 no such exercise, or not published · PA409 not enrolled, enrolment not open, a hidden lesson,
--            lessons before it not done, after the due date
create or replace function open_exercise(
    p_user_id uuid,
    p_exercise_id uuid
)
returns exercises
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_exercise exercises;
begin
    select x.* into v_exercise
    from exercises as x
    inner join courses as c on c.id = x.course_id and c.deleted_at is null
    where x.id = p_exercise_id and x.is_published;

    if found then
        perform lock_attempts_of(
            p_enrollment_id => (
                select e.id from enrollments as e where e.user_id = p_user_id and e.course_id = v_exercise.course_id
            )
        );
        perform from apply_start(
            p_user_id => p_user_id, p_lesson_id => v_exercise.lesson_id, p_at => clock_timestamp(), p_by_learner => true
        );

        -- Whoever is first takes a turn with the teacher, who may delete it until now.
        if not v_exercise.has_submissions then
            update exercises as x set has_submissions = true where x.id = p_exercise_id and not x.has_submissions;
        end if;

        -- Again, after the locks.
        select x.* into v_exercise from exercises as x where x.id = p_exercise_id and x.is_published for key share;
    end if;

    if not found then
        raise exception 'there is no such exercise'
            using errcode = 'PA404', detail = format('exercise_id = %s', coalesce(p_exercise_id::text, 'null')),
                hint = 'Look it up in the lessons of the course.';
    end if;

    -- The clock, not the transaction's beginning: nobody gains by an old transaction.
    if clock_timestamp() > v_exercise.due_at + grace_time() then
        raise exception 'this exercise is closed'
            using errcode = 'PA409', detail = format('due_at = %s, now = %s', v_exercise.due_at, clock_timestamp()),
                hint = 'The instructor can set another date.';
    end if;

    return v_exercise;
end;
$$;

comment on function open_exercise is 'Internal: a learner''s turn with an exercise.';
-- Granted to nobody: part of procedures.
revoke all on function open_exercise from public;
