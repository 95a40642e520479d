-- triggers on users: what hangs on a person is made with the person and follows them.

create or replace trigger check_preferences_shape
before insert or update of preferences on users
for each row execute function check_row_shape('preferences', 'user_preferences');

-- A login is not an edit: it leaves updated_at alone.
create or replace trigger touch_updated_at
before update on users
for each row
when (old.last_login_at is not distinct from new.last_login_at)
execute function touch_updated_at();

create or replace trigger create_user_rows
after insert on users
for each row execute function create_user_rows();

create or replace trigger sync_public_profile
after update of username, full_name, avatar_url, avatar_emoji, bio, preferences, is_active, deleted_at on users
for each row execute function sync_public_profile();

create or replace trigger sync_is_ranked
after update of is_active, deleted_at, show_on_leaderboard on users
for each row execute function sync_is_ranked();

create or replace trigger relist_projects
after update of is_active, deleted_at on users
for each row
when ((old.is_active, old.deleted_at) is distinct from (new.is_active, new.deleted_at))
execute function relist_projects('person');

create or replace trigger audit_row
after insert or update or delete on users
for each row execute function audit_users();
