-- progress_of_enrollments: how far each of several enrolments is, and its status.
--
-- Both numbers and the percentage come from the same set, course_leaf_lessons: optional lessons, chapters and hidden lessons
-- count on neither side. A course without lessons is at 0 %. The lessons that count are the same for everybody on a course,
-- so they are looked up once. The rule behind calculate_progress; counted_progress is the same for a whole course, a test
-- holds them equal. Bound when it is created; inlined where its argument is a value, not a query.
--
-- called by  advance_enrollments, calculate_progress
-- requires   course_leaf_lessons
-- errors     none; an unknown enrolment has no row
-- requires: course_leaf_lessons
create or replace function progress_of_enrollments(
    p_enrollment_ids uuid[]
)
returns table (
    enrollment_id uuid,
    status text,
    completed_lessons integer,
    total_lessons integer,
    progress_percentage numeric
)
language sql
stable
security invoker
begin atomic
    with chosen as materialized (
        select e.id, e.course_id, e.status from enrollments as e where e.id = any(p_enrollment_ids)
    ),

    leaves as materialized (
        select c.course_id, l.lesson_id
        from (select distinct h.course_id from chosen as h) as c
        cross join lateral course_leaf_lessons(p_course_id => c.course_id) as l
    ),

    totals as materialized (
        select l.course_id, count(*) as lessons from leaves as l group by l.course_id
    ),

    -- What is done, not what there is to do: most of a long course is ahead of most people.
    counted as (
        select
            c.id, c.course_id, c.status,
            count(*) filter (where p.lesson_id in (select l.lesson_id from leaves as l)) as lessons
        from chosen as c
        left join lateral (
            select g.lesson_id
            from lesson_progress as g
            where g.enrollment_id = c.id and g.status = 'completed'
            -- Each by its key: a plan made while the table was small would read all of it for ever.
            offset 0 -- noqa: AM09
        ) as p on true
        group by c.id, c.course_id, c.status
    )

    select
        d.id,
        d.status,
        d.lessons::integer,
        coalesce(t.lessons, 0)::integer,
        coalesce(round(100.0 * d.lessons / t.lessons, 2), 0)
    from counted as d
    left join totals as t on t.course_id = d.course_id;
end;

comment on function progress_of_enrollments is
'Status, lessons done, lessons that count, and the percentage, of each of several enrolments.';
-- Granted to nobody: learners read the result in enrollments.
revoke all on function progress_of_enrollments from public;
