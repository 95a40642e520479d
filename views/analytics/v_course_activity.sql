-- v_course_activity: events in each course by day and the people they came from, as far as they have been rolled up.
-- Instructors see their own courses.
--
-- Asks with its owner's rights, because analysts read no table: it tells numbers and no person. A barrier, as such views
-- are.
create or replace view v_course_activity
with (security_barrier)
as
select
    d.activity_date,
    d.course_id,
    c.title as course_title,
    d.event_count,
    d.people
from course_activity_days as d
inner join courses as c on c.id = d.course_id
where
    c.deleted_at is null
    and ((select reads_reports()) or c.instructor_id = (select acting_instructor_id()));

comment on view v_course_activity is 'Events and people by course and day.';
revoke all on v_course_activity from public;
grant select on v_course_activity to pgacademy_analyst, pgacademy_admin, pgacademy_instructor;
