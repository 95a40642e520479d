-- triggers on user_settings: an unknown time zone would break every streak that is counted in it.
create or replace trigger check_timezone
before insert or update of timezone on user_settings
for each row execute function check_timezone();

create or replace trigger touch_updated_at
before update on user_settings
for each row execute function touch_updated_at();

create or replace trigger audit_row
after update or delete on user_settings
for each row execute function audit_user_settings();

create or replace trigger refuse_erased_user
before update of theme, language, timezone on user_settings
for each row
when ((new.theme, new.language, new.timezone) is distinct from ('light', 'en', 'UTC'))
execute function refuse_erased_user();
