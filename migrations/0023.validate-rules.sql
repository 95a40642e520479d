-- the checks of 0022 for the rows that were there: read once, while everybody goes on writing.
-- depends: 0022.tighten-rules

alter table users validate constraint users_avatar_url_check;
alter table courses validate constraint courses_thumbnail_url_check;
alter table lessons validate constraint lessons_video_url_check;
alter table achievements validate constraint achievements_icon_url_check;
alter table certificates validate constraint certificates_revoked_as_check;
alter table notification_deliveries validate constraint notification_deliveries_status_check;
