-- policies on exercise_grades: learners see their own, instructors those of the courses they teach, administrators all.
drop policy if exists select_own on exercise_grades;
create policy select_own on exercise_grades
    for select to pgacademy_student
    using (user_id = (select current_user_id()));

drop policy if exists select_of_own_courses on exercise_grades;
create policy select_of_own_courses on exercise_grades
    for select to pgacademy_instructor
    using (
        course_id = any(array(select c.id from courses as c where c.instructor_id = (select acting_instructor_id())))
    );

drop policy if exists select_all on exercise_grades;
create policy select_all on exercise_grades
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: grade_submission() is the only way in, and nobody changes what was given.
