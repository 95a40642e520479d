-- policies on exercises: learners see the published ones of the courses they are on, instructors those of the courses they
-- teach, administrators all.
drop policy if exists select_enrolled on exercises;
create policy select_enrolled on exercises
    for select to pgacademy_student
    using (
        is_published
        and course_id in (
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
    );

drop policy if exists select_own_courses on exercises;
create policy select_own_courses on exercises
    for select to pgacademy_instructor
    using (
        course_id = any(array(select c.id from courses as c where c.instructor_id = (select acting_instructor_id())))
    );

drop policy if exists select_all on exercises;
create policy select_all on exercises
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: create_exercise(), update_exercise() and delete_exercise() are the only way in.
