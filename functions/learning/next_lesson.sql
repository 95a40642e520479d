-- next_lesson: the lesson a learner should do next, or null when there is none left.
--
-- Depth first, in the order of the outline. What the course needs comes first; only when that is done, the optional
-- lessons, or one that a learner skips on purpose would come back for ever. Passes over lessons whose prerequisites
-- are not done: those cannot be started. A hidden prerequisite holds nobody up, as in refuse_locked_lesson.
--
-- called by  update_course_progress, refresh_course_progress, apply_enrollment, apply_completion, resume_lesson
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
    -- Most courses are a plain list, without chapters and without prerequisites: what is not done is open, and the place in
    -- the list is the order. A fraction of the cost of the walk below.
    if
        not exists (select from lessons as l where l.course_id = v_course_id and l.parent_lesson_id is not null)
        and not exists (select from lesson_prerequisites as r where r.course_id = v_course_id)
    then
        select l.id
        into v_lesson_id
        from lessons as l
        where
            l.course_id = v_course_id
            and l.is_active
            and not exists (
                select
                from lesson_progress as d
                where d.enrollment_id = p_enrollment_id and d.lesson_id = l.id and d.status = 'completed'
            )
        order by not l.is_mandatory, l.position
        limit 1;

        return v_lesson_id;
    end if;

    with recursive outline (lesson_id, is_mandatory, path) as (
        select l.id, l.is_mandatory, array[l.position]
        from lessons as l
        where l.course_id = v_course_id and l.parent_lesson_id is null and l.is_active

        union all

        select l.id, l.is_mandatory, o.path || l.position
        from outline as o
        inner join lessons as l on l.course_id = v_course_id and l.parent_lesson_id = o.lesson_id
        where l.is_active
    ),

    done (lesson_id) as (
        select p.lesson_id
        from lesson_progress as p
        where p.enrollment_id = p_enrollment_id and p.status = 'completed'
    )

    select o.lesson_id
    into v_lesson_id
    from outline as o
    where
        not exists (select from done as d where d.lesson_id = o.lesson_id)
        and not exists (
            select from lessons as child where child.course_id = v_course_id and child.parent_lesson_id = o.lesson_id
        )
        and not exists (
            select
            from lesson_prerequisites as r
            inner join lessons as before on before.id = r.prerequisite_lesson_id
            where
                r.lesson_id = o.lesson_id
                and before.is_active
                and not exists (select from done as d where d.lesson_id = r.prerequisite_lesson_id)
        )
    order by not o.is_mandatory, o.path
    limit 1;

    return v_lesson_id;
end;
$$;

comment on function next_lesson is 'The next lesson of an enrolment in the order of the outline; null when none is left.';
-- Granted to nobody: learners call resume_lesson.
revoke all on function next_lesson from public;
