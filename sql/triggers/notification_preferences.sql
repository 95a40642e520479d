-- triggers on notification_preferences.
create or replace trigger touch_updated_at
before update on notification_preferences
for each row execute function touch_updated_at();
