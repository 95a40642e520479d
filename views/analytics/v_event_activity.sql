-- v_event_activity: events by kind and day, as far as they have been rolled up.
--
-- Asks with its owner's rights, because analysts read no table: it tells numbers and no person. A barrier, as such views
-- are.
create or replace view v_event_activity
with (security_barrier)
as
select
    d.activity_date,
    d.event_type,
    d.event_count
from event_type_days as d
where (select reads_reports());

comment on view v_event_activity is 'Events by kind and day.';
revoke all on v_event_activity from public;
grant select on v_event_activity to pgacademy_analyst, pgacademy_admin;
