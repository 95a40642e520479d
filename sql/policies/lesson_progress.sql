-- policies on lesson_progress: learners see their own and write their notes in it, instructors see that of the courses
-- they teach, administrators all.
drop policy if exists select_own on lesson_progress;
create policy select_own on lesson_progress
    for select to pgacademy_student
    using (user_id = (select current_user_id()));

-- Only the column notes is granted, in sql/grants/student.sql.
drop policy if exists update_own on lesson_progress;
create policy update_own on lesson_progress
    for update to pgacademy_student
    using (user_id = (select current_user_id()))
    with check (user_id = (select current_user_id()));

-- An array from a subquery that runs once, so that the index on course_id is used.
drop policy if exists select_of_own_courses on lesson_progress;
create policy select_of_own_courses on lesson_progress
    for select to pgacademy_instructor
    using (
        course_id = any(array(select c.id from courses as c where c.instructor_id = (select acting_instructor_id())))
    );

drop policy if exists select_all on lesson_progress;
create policy select_all on lesson_progress
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert or delete: start_lesson() and complete_lesson() are the only way in.
