-- policies on course_prerequisites: an edge is for whoever sees the course it belongs to (the policies on courses decide).
-- (The migration that made the table enabled row level security.)
drop policy if exists select_visible_course on course_prerequisites;
create policy select_visible_course on course_prerequisites
    for select to pgacademy_anonymous, pgacademy_student, pgacademy_instructor
    using (exists (select from courses as c where c.id = course_id));

drop policy if exists select_all on course_prerequisites;
create policy select_all on course_prerequisites
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: add_prerequisite() and remove_prerequisite() are the only way in.
