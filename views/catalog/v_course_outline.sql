-- v_course_outline: the table of contents of a course, numbered depth-first. Titles, never content.
--
-- Owner's rights, and therefore security_barrier: before enrolling, learners may read titles of lessons whose rows (with
-- the content in them) row-level security rightly keeps from them. The where clause is all that protects it: courses that
-- anyone can find, the reader's own as instructor, and those the reader is enrolled in. Hidden lessons are not listed.
--
-- Ask for one course (`where course_id = …` or `course_slug = …`): the walk is made per course, not over all of them.
create or replace view v_course_outline with (security_barrier = true) as
select
    c.id as course_id,
    c.slug as course_slug,
    o.sequence_number,
    o.depth,
    o.lesson_id,
    o.parent_lesson_id,
    o.slug,
    o.title,
    o.lesson_type,
    o.duration_minutes,
    o.is_chapter,
    o.is_mandatory,
    o.is_preview,
    o.is_graded
from courses as c
cross join lateral (
    with recursive tree (lesson_id, depth, path) as (
        select l.id, 1, array[l.position]
        from lessons as l
        where l.course_id = c.id and l.parent_lesson_id is null and l.is_active
        union all
        select l.id, t.depth + 1, t.path || l.position
        from tree as t
        inner join lessons as l on l.course_id = c.id and l.parent_lesson_id = t.lesson_id
        where l.is_active
    )

    select
        row_number() over (order by t.path) as sequence_number,
        t.depth,
        l.id as lesson_id,
        l.parent_lesson_id,
        l.slug,
        l.title,
        l.lesson_type,
        l.duration_minutes,
        exists ( -- noqa: LT06
            select from lessons as child where child.course_id = c.id and child.parent_lesson_id = l.id
        ) as is_chapter,
        l.is_mandatory,
        l.is_preview,
        l.is_graded
    from tree as t
    inner join lessons as l on l.id = t.lesson_id
) as o
where
    c.deleted_at is null
    and (
        (c.is_published and c.is_active)
        or c.instructor_id = (
            -- Whoever is no longer an instructor is nobody's.
            select u.id
            from users as u
            where
                u.id = (select current_user_id())
                and u.role in ('instructor', 'admin')
                and u.is_active
                and u.deleted_at is null
        )
        or exists (
            select
            from enrollments as e
            where
                e.user_id = (select current_user_id())
                and e.course_id = c.id
                and e.status in ('active', 'completed')
        )
    );

comment on view v_course_outline is 'Table of contents of a course, numbered depth-first; titles only.';
revoke all on v_course_outline from public;
grant select on v_course_outline to pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin;
