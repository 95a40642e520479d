-- complete_course: completes an active enrolment of which nothing is left to do, with all that follows from it.
--
-- For completions that no lesson brings about: the last missing lesson was removed from the course, or a learner comes
-- back to a course of which they have done what it now asks. Changes nothing unless the enrolment is active and done.
--
-- called by  refresh_course_progress, apply_enrollment; both hold course_stats and the enrolment
-- requires   reward_courses, grant_achievements
-- errors     those of reward_courses
create or replace function complete_course(
    p_enrollment_id uuid,
    p_occurred_at timestamptz
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_enrollment enrollments;
    v_before user_stats;
begin
    select s.*
    into v_before
    from enrollments as e
    inner join user_stats as s on s.user_id = e.user_id
    where e.id = p_enrollment_id;

    update enrollments as e
    set status = 'completed', completed_at = p_occurred_at
    where
        e.id = p_enrollment_id
        and e.status = 'active'
        and e.total_lessons_count > 0
        and e.completed_lessons_count = e.total_lessons_count
    returning e.* into v_enrollment;

    if not found then
        return;
    end if;

    -- Nobody is rewarded after they left, their rows are kept, not moved; nor for their own course.
    if exists (select from users as u where u.id = v_enrollment.user_id and u.deleted_at is null)
        and not exists (
            select from courses as c where c.id = v_enrollment.course_id and c.instructor_id = v_enrollment.user_id
        )
    then
        perform reward_courses(
            p_user_ids => array[v_enrollment.user_id],
            p_course_ids => array[v_enrollment.course_id],
            p_occurred_at => array[p_occurred_at]
        );
        perform grant_achievements(
            p_user_id => v_enrollment.user_id,
            p_before => v_before,
            p_course_id => v_enrollment.course_id,
            p_occurred_at => p_occurred_at
        );
    end if;
end;
$$;

comment on function complete_course is 'Completes an enrolment of which nothing is left to do, and rewards it.';
-- Granted to nobody: procedures call it.
revoke all on function complete_course from public;
