-- Loses which solutions were paid today, what administrators hold back (its authors may publish it again) and in which
-- role certificates were revoked. Addresses that were none do not come back. Deliveries that were cancelled count as
-- failed.
update notification_deliveries as d
set status = 'failed', error = coalesce(d.error, 'cancelled')
where d.status = 'cancelled';
alter table notification_deliveries drop constraint notification_deliveries_status_check;
alter table notification_deliveries add constraint notification_deliveries_status_check
check (status in ('pending', 'sent', 'failed'));
comment on column notification_deliveries.status is 'pending, sent or failed.';

drop table solution_quotas;

alter table certificates drop column revoked_as;
alter table projects drop column withheld_at;
alter table exercises drop column withheld_at;
alter table quizzes drop column withheld_at;
alter table courses drop column withheld_at;

alter table achievements drop constraint achievements_icon_url_check;
alter table lessons drop constraint lessons_video_url_check;
alter table courses drop constraint courses_thumbnail_url_check;
alter table users drop constraint users_avatar_url_check;
drop function is_web_address(text);
