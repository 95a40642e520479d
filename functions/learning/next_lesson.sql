-- next_lesson: the lesson a learner should do next, or null when there is none left.
--
-- Of open_lessons the first in the order of the outline, depth first. What the course needs comes first; only when that is
-- done, the optional lessons, or one that a learner skips on purpose would come back for ever.
--
-- called by  update_course_progress, refresh_course_progress, enroll, resume_lesson
-- requires   open_lessons
-- errors     none; an unknown enrolment has no next lesson
create or replace function next_lesson(
    p_enrollment_id uuid
)
returns uuid
language plpgsql -- keeps its plan; an SQL function of this kind is planned with every call before PostgreSQL 18
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_course_id constant uuid := (select e.course_id from enrollments as e where e.id = p_enrollment_id);
    v_lesson_id uuid;
begin
    -- Most courses are a plain list, for which the place in it is the order: a quarter of the cost of the walk below.
    if not exists (select from lessons as l where l.course_id = v_course_id and l.parent_lesson_id is not null) then
        select o.lesson_id
        into v_lesson_id
        from open_lessons(p_enrollment_id => p_enrollment_id, p_course_id => v_course_id) as o
        order by not o.is_mandatory, o.lesson_position
        limit 1;

        return v_lesson_id;
    end if;

    with recursive outline (lesson_id, path) as (
        select l.id, array[l.position]
        from lessons as l
        where l.course_id = v_course_id and l.parent_lesson_id is null and l.is_active

        union all

        select l.id, o.path || l.position
        from outline as o
        inner join lessons as l on l.course_id = v_course_id and l.parent_lesson_id = o.lesson_id
        where l.is_active
    )

    select o.lesson_id
    into v_lesson_id
    from open_lessons(p_enrollment_id => p_enrollment_id, p_course_id => v_course_id) as o
    inner join outline as p on p.lesson_id = o.lesson_id
    order by not o.is_mandatory, p.path
    limit 1;

    return v_lesson_id;
end;
$$;

comment on function next_lesson is 'The next lesson of an enrolment in the order of the outline; null when none is left.';
-- Granted to nobody: learners call resume_lesson.
revoke all on function next_lesson from public;
