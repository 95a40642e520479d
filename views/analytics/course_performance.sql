-- course_performance: how many people are on each active course, how many completed it, how far they are on average.
--
-- A person is on a course once, so nobody has to be told from themselves. Minutes are whole seconds until the mean is taken.
-- Instructors see their own courses, analysts and administrators all.
--
-- Asks with its owner's rights, because analysts read no table: it tells numbers and no person. A barrier, as such views
-- are.
create or replace view course_performance
with (security_barrier)
as
select
    c.id,
    c.title,
    c.discipline,
    coalesce(e.enrolled_users, 0) as enrolled_users,
    coalesce(e.completed_users, 0) as completed_users,
    e.avg_progress,
    e.avg_time_spent
from courses as c
left join (
    select
        e.course_id,
        count(*) as enrolled_users,
        count(e.completed_at) as completed_users,
        round(avg(e.progress_percentage), 2) as avg_progress,
        round(avg(e.total_time_spent_seconds) / 60, 2) as avg_time_spent
    from enrollments as e
    -- Whose reports these are is asked here as well: the enrolments of other people's courses are not read. An array, so that
    -- the index on course_id serves.
    where
        e.course_id = any(array(
            select o.id
            from courses as o
            where (select reads_reports()) or o.instructor_id = (select acting_instructor_id())
        ))
    group by e.course_id
) as e on e.course_id = c.id
where
    c.is_active
    and c.deleted_at is null
    and ((select reads_reports()) or c.instructor_id = (select acting_instructor_id()));

comment on view course_performance is 'Enrolments, completions, mean progress and mean minutes of each active course.';
revoke all on course_performance from public;
grant select on course_performance to pgacademy_analyst, pgacademy_admin, pgacademy_instructor;
