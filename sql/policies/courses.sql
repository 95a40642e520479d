-- policies on courses: everyone finds what is published, an instructor also their own, a learner also what they are on
-- or have completed, until it is deleted.
-- (The migration that made the table enabled row level security.)
--
-- The OR is over rows, not over roles, and its second half is one look into an index: a catalogue page brings
-- `is_published and …` itself and still walks its own index. Measured by tests/catalog/test_views.py.
drop policy if exists select_published on courses;
create policy select_published on courses
    for select to pgacademy_anonymous
    using (is_published and is_active and deleted_at is null);

drop policy if exists select_published_or_enrolled on courses;
create policy select_published_or_enrolled on courses
    for select to pgacademy_student
    using (
        (is_published and is_active and deleted_at is null)
        or (
            deleted_at is null
            and id in (
                select e.course_id
                from enrollments as e
                where e.user_id = (select current_user_id()) and e.status in ('active', 'completed')
            )
        )
    );

drop policy if exists select_published_or_own on courses;
create policy select_published_or_own on courses
    for select to pgacademy_instructor
    using (
        (is_published and is_active and deleted_at is null)
        or (instructor_id = (select acting_instructor_id()) and deleted_at is null)
    );

drop policy if exists select_all on courses;
create policy select_all on courses
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: create_course(), update_course() and delete_course() are the only way in.
