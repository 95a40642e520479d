-- takes_completion: whether graded work may complete a lesson for its learner: person, course and lesson are there, the lesson
-- is no chapter, and the enrolment was open when the work was done.
--
-- Asked before apply_completion, which would refuse: a grade is kept whatever became of the learner and the course.
--
-- called by  settle_attempt, grade_submission
-- errors     none
create or replace function takes_completion(
    p_enrollment_id uuid,
    p_lesson_id uuid,
    p_at timestamptz
)
returns boolean
language plpgsql -- keeps its plan
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return (
        select
            u.deleted_at is null
            and c.deleted_at is null
            and c.is_active
            and l.is_active
            and not exists (
                select from lessons as child where child.course_id = l.course_id and child.parent_lesson_id = l.id
            )
            and (e.status = 'completed' or (e.status = 'active' and coalesce(e.expires_at > p_at, true)))
        from enrollments as e
        inner join users as u on u.id = e.user_id
        inner join courses as c on c.id = e.course_id
        inner join lessons as l on l.id = p_lesson_id
        where e.id = p_enrollment_id
    );
end;
$$;

comment on function takes_completion is 'Internal: whether graded work may complete a lesson for its learner.';
-- Granted to nobody: part of procedures.
revoke all on function takes_completion from public;
