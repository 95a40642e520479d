-- next_lessons: the lesson that each of several learners should do next; no row for whom there is none left.
--
-- Depth first, in the order of the outline. What the course needs comes first; only when that is done, the optional
-- lessons, or one that a learner skips on purpose would come back for ever. Passes over lessons whose prerequisites
-- are not done: those cannot be started. A hidden prerequisite holds nobody up, as in refuse_locked_lesson.
--
-- called by  next_lesson, advance_enrollments
-- errors     none; an unknown enrolment has no next lesson
create or replace function next_lessons(
    p_enrollment_ids uuid[]
)
returns table (enrollment_id uuid, lesson_id uuid)
language plpgsql -- keeps its plan; an SQL function of this kind is planned with every call before PostgreSQL 18
stable
rows 10
security invoker
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
set enable_seqscan = off -- rows by their keys: a plan for ten would read all of a small table
set work_mem = '32MB' -- what is done is hashed: with less, a long course's would be gone through for each of its lessons
as $$
#variable_conflict use_column
declare
    v_count integer;
    v_walk record;
begin
    -- Most courses are a plain list, without chapters and without prerequisites: what is not done is open, and the place in
    -- the list is the order. One look for all, a fraction of the cost of the walk below.
    return query
    with chosen as materialized (
        select e.id, e.course_id from enrollments as e where e.id = any(p_enrollment_ids)
    ),

    plain as materialized (
        select
            c.course_id,
            array_agg(l.id order by not l.is_mandatory, l.position) filter (where l.is_active) as lesson_ids
        from (select distinct h.course_id from chosen as h) as c
        inner join lessons as l on l.course_id = c.course_id
        group by c.course_id
        having
            bool_and(l.parent_lesson_id is null)
            and not exists (select from lesson_prerequisites as r where r.course_id = c.course_id)
    )

    select c.id, n.id
    from chosen as c
    inner join plain as p on p.course_id = c.course_id
    cross join lateral (
        select l.id
        from unnest(p.lesson_ids) with ordinality as l (id, place)
        -- Not a join: this is hashed once for all of them, whatever the planner expects. No id is null.
        where (c.id, l.id) not in (
            select h.id, d.lesson_id
            from chosen as h
            cross join lateral (
                select g.lesson_id
                from lesson_progress as g
                where g.enrollment_id = h.id and g.status = 'completed'
                -- Each by its key: a plan made while the table was small would read all of it for ever.
                offset 0 -- noqa: AM09
            ) as d
        )
        order by l.place
        limit 1
    ) as n;

    get diagnostics v_count = row_count;

    if v_count = cardinality(p_enrollment_ids) then
        return;
    end if;

    for v_walk in
        select e.id as enrollment_id, e.course_id
        from unnest(p_enrollment_ids) as i (id)
        inner join enrollments as e on e.id = i.id
        where
            exists (select from lessons as l where l.course_id = e.course_id and l.parent_lesson_id is not null)
            or exists (select from lesson_prerequisites as r where r.course_id = e.course_id)
    loop
        with recursive outline (lesson_id, is_mandatory, path) as (
            select l.id, l.is_mandatory, array[l.position]
            from lessons as l
            where l.course_id = v_walk.course_id and l.parent_lesson_id is null and l.is_active

            union all

            select l.id, l.is_mandatory, o.path || l.position
            from outline as o
            inner join lessons as l on l.course_id = v_walk.course_id and l.parent_lesson_id = o.lesson_id
            where l.is_active
        ),

        done (lesson_id) as (
            select p.lesson_id
            from lesson_progress as p
            where p.enrollment_id = v_walk.enrollment_id and p.status = 'completed'
        )

        select o.lesson_id
        into lesson_id
        from outline as o
        where
            not exists (select from done as d where d.lesson_id = o.lesson_id)
            and not exists (
                select
                from lessons as child
                where child.course_id = v_walk.course_id and child.parent_lesson_id = o.lesson_id
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

        if found then
            enrollment_id := v_walk.enrollment_id;
            return next;
        end if;
    end loop;
end;
$$;

comment on function next_lessons is 'Internal: the next lesson of enrolments in the order of their outlines; no row where none is left.';
-- Granted to nobody: learners call resume_lesson.
revoke all on function next_lessons from public;
