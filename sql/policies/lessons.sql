-- policies on lessons: content is for those on the course, its instructor, and, where it is a preview, everyone.
-- (The migration that made the table enabled row level security.) Titles for the others: v_course_outline.
--
-- An enrolment whose time is over opens nothing, whether or not the job has come by that says so.
--
-- `exists` where all published courses would be many, `in` where a person's own are few: then it is run once.
drop policy if exists select_previews on lessons;
create policy select_previews on lessons
    for select to pgacademy_anonymous
    using (
        is_active
        and is_preview
        and exists (
            select from courses as c
            where c.id = course_id and c.is_published and c.is_active and c.deleted_at is null
        )
    );

drop policy if exists select_previews_and_enrolled on lessons;
create policy select_previews_and_enrolled on lessons
    for select to pgacademy_student
    using (
        is_active
        and (
            course_id in (
                select e.course_id
                from enrollments as e
                inner join courses as c on c.id = e.course_id
                where
                    e.user_id = (select current_user_id())
                    and (
                        e.status = 'completed'
                        or (e.status = 'active' and (e.expires_at is null or e.expires_at > now()))
                    )
                    and c.is_active
                    and c.deleted_at is null
            )
            or (
                is_preview
                and exists (
                    select from courses as c
                    where c.id = lessons.course_id and c.is_published and c.is_active and c.deleted_at is null
                )
            )
        )
    );

drop policy if exists select_own_courses on lessons;
create policy select_own_courses on lessons
    for select to pgacademy_instructor
    using (
        course_id in (
            select c.id from courses as c
            where c.instructor_id = (select acting_instructor_id()) and c.deleted_at is null
        )
    );

drop policy if exists select_all on lessons;
create policy select_all on lessons
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: add_lesson(), update_lesson(), reorder_lessons() … are the only way in.
