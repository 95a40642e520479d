-- open_lessons: what is left to do in an enrolment: visible lessons, not chapters, that are not done and that no undone
-- prerequisite holds up. A hidden prerequisite holds nobody up, as in refuse_locked_lesson.
--
-- Inlined into the calling query; bound when it is created.
--
-- called by  next_lesson
-- errors     none; an unknown enrolment has nothing left
create or replace function open_lessons(
    p_enrollment_id uuid,
    p_course_id uuid
)
returns table (lesson_id uuid, parent_lesson_id uuid, lesson_position integer, is_mandatory boolean)
language sql
stable
security invoker
begin atomic
    select l.id, l.parent_lesson_id, l.position, l.is_mandatory
    from lessons as l
    where
        l.course_id = p_course_id
        and l.is_active
        and not exists (
            select
            from lesson_progress as d
            where d.enrollment_id = p_enrollment_id and d.lesson_id = l.id and d.status = 'completed'
        )
        and not exists (
            select from lessons as child where child.course_id = l.course_id and child.parent_lesson_id = l.id
        )
        and not exists (
            select
            from lesson_prerequisites as r
            inner join lessons as before on before.id = r.prerequisite_lesson_id and before.is_active
            where
                r.lesson_id = l.id
                and not exists (
                    select
                    from lesson_progress as d
                    where
                        d.enrollment_id = p_enrollment_id
                        and d.lesson_id = r.prerequisite_lesson_id
                        and d.status = 'completed'
                )
        );
end;

comment on function open_lessons is 'The lessons of an enrolment that can be done and are not.';
-- Granted to nobody: learners call resume_lesson.
revoke all on function open_lessons from public;
