-- policies on course_stats: the numbers of a course are for whoever sees the course (the policies on courses decide).
-- (The migration that made the table enabled row level security.)
drop policy if exists select_visible_course on course_stats;
create policy select_visible_course on course_stats
    for select to pgacademy_anonymous, pgacademy_student, pgacademy_instructor
    using (exists (select from courses as c where c.id = course_id));

drop policy if exists select_all on course_stats;
create policy select_all on course_stats
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: triggers write it.
