-- v_my_courses: the courses people are on, with where they are in each. The reader's policies decide whose: learners see
-- their own, instructors those of the courses they teach, administrators all.
--
-- Filter by user_id and order by last_accessed_at desc for the courses somebody is busy with.
create or replace view v_my_courses
with (security_invoker = true)
as
select
    e.id as enrollment_id,
    e.user_id,
    e.course_id,
    c.slug as course_slug,
    c.title as course_title,
    c.thumbnail_url,
    c.difficulty,
    e.status,
    e.progress_percentage,
    e.completed_lessons_count as completed_lessons,
    e.total_lessons_count as total_lessons,
    e.current_lesson_id,
    l.title as current_lesson_title,
    e.total_time_spent_seconds,
    e.enrolled_at,
    e.last_accessed_at,
    e.completed_at,
    e.expires_at,
    e.rating
from enrollments as e
-- Inner: what the reader may no longer see (deleted, or unpublished after they left it) is not on their list.
inner join courses as c on c.id = e.course_id
left join lessons as l on l.id = e.current_lesson_id
where c.is_active and c.deleted_at is null;

comment on view v_my_courses is 'Enrolments with the titles of course and current lesson.';
revoke all on v_my_courses from public;
grant select on v_my_courses to pgacademy_student, pgacademy_instructor, pgacademy_admin;
