-- user_engagement: what each living person has done so far. See engagement(), which counts it and says who may ask.
create or replace view user_engagement
with (security_invoker)
as
select
    e.id,
    e.username,
    e.courses_enrolled,
    e.projects_created,
    e.achievements_earned,
    e.total_time_spent,
    e.last_activity
from engagement() as e;

comment on view user_engagement is 'Courses, projects, achievements, whole minutes and last activity of each person.';
revoke all on user_engagement from public;
grant select on user_engagement to pgacademy_analyst, pgacademy_admin;
