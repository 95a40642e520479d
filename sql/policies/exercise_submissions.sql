-- policies on exercise_submissions: learners see their own, instructors what was handed in for the courses they teach,
-- administrators the same everywhere. A draft is its author's alone.
drop policy if exists select_own on exercise_submissions;
create policy select_own on exercise_submissions
    for select to pgacademy_student
    using (user_id = (select current_user_id()));

-- An array from a subquery that runs once, so that the index on course_id is used.
drop policy if exists select_of_own_courses on exercise_submissions;
create policy select_of_own_courses on exercise_submissions
    for select to pgacademy_instructor
    using (
        status <> 'draft'
        and course_id = any(
            array(select c.id from courses as c where c.instructor_id = (select acting_instructor_id()))
        )
    );

drop policy if exists select_all on exercise_submissions;
create policy select_all on exercise_submissions
    for select to pgacademy_admin
    using (status <> 'draft' and (select acts_as('admin')));

-- No insert, update or delete: start_exercise(), save_submission() and submit_exercise() are the only way in.
