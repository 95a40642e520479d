-- Loses nothing: each check is made anew as 0022 has made it, not held against the rows that are there.
alter table users drop constraint users_avatar_url_check;
alter table users add constraint users_avatar_url_check
check (is_web_address(avatar_url)) not valid;
alter table courses drop constraint courses_thumbnail_url_check;
alter table courses add constraint courses_thumbnail_url_check
check (is_web_address(thumbnail_url)) not valid;
alter table lessons drop constraint lessons_video_url_check;
alter table lessons add constraint lessons_video_url_check
check (is_web_address(video_url)) not valid;
alter table achievements drop constraint achievements_icon_url_check;
alter table achievements add constraint achievements_icon_url_check
check (is_web_address(icon_url)) not valid;
alter table certificates drop constraint certificates_revoked_as_check;
alter table certificates add constraint certificates_revoked_as_check
check (revoked_as is null or (revoked_as in ('instructor', 'admin') and revoked_at is not null)) not valid;
alter table notification_deliveries drop constraint notification_deliveries_status_check;
alter table notification_deliveries add constraint notification_deliveries_status_check
check (status in ('pending', 'sent', 'failed', 'cancelled')) not valid;
