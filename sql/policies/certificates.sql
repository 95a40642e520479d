-- policies on certificates: learners see their own, instructors those of the courses they teach, administrators all. Everybody
-- else asks verify_certificate().
drop policy if exists select_own on certificates;
create policy select_own on certificates
    for select to pgacademy_student
    using (user_id = (select current_user_id()));

-- An array from a subquery that runs once, so that the index on course_id is used.
drop policy if exists select_of_own_courses on certificates;
create policy select_of_own_courses on certificates
    for select to pgacademy_instructor
    using (
        course_id = any(array(select c.id from courses as c where c.instructor_id = (select acting_instructor_id())))
    );

drop policy if exists select_all on certificates;
create policy select_all on certificates
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: completing a course and procedures of its staff are the only way.
