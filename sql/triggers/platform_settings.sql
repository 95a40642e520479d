-- triggers on platform_settings
create or replace trigger touch_updated_at
before update on platform_settings
for each row execute function touch_updated_at();
