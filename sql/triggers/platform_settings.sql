-- triggers on platform_settings
create or replace trigger touch_updated_at
before update on platform_settings
for each row execute function touch_updated_at();

create or replace trigger audit_row
after insert or update or delete on platform_settings
for each row execute function audit_platform_settings();
