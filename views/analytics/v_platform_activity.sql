-- v_platform_activity: events and people by day, as far as they have been rolled up. A day without events has no row.
--
-- Asks with its owner's rights, because analysts read no table: it tells numbers and no person. A barrier, as such views
-- are.
create or replace view v_platform_activity
with (security_barrier)
as
select
    d.activity_date,
    d.event_count,
    d.visitor_event_count,
    d.people
from platform_activity_days as d
where (select reads_reports());

comment on view v_platform_activity is 'Events and people by day.';
revoke all on v_platform_activity from public;
grant select on v_platform_activity to pgacademy_analyst, pgacademy_admin;
