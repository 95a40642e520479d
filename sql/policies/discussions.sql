-- policies on discussions: general ones are for everyone signed in, those of a course for whoever is on it or teaches it.
-- (The migration that made the table enabled row level security.) What was taken down is for administrators.
drop policy if exists select_readable on discussions;
create policy select_readable on discussions
    for select to pgacademy_student, pgacademy_instructor
    using (
        deleted_at is null
        and (select my_discussion_courses()) is not null
        and (course_id is null or course_id = any((select my_discussion_courses())::uuid[]))
    );

drop policy if exists select_all on discussions;
create policy select_all on discussions
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: start_discussion(), edit_discussion() and delete_discussion() are the only way in.
