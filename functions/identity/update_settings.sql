-- update_settings: people choose how the platform treats them. Null leaves a setting as it is.
--
-- A new time zone counts from now on: the days of a streak stay where they were.
--
-- called by  people, for themselves
-- requires   require_user, check_person_values
-- errors     PA401, PA403 from require_user · PA422 unknown time zone or theme; malformed language
create or replace function update_settings(
    p_timezone text default null,
    p_language text default null,
    p_theme text default null,
    p_email_notifications boolean default null,
    p_push_notifications boolean default null
)
returns void
language plpgsql
volatile
security definer -- administrators have no privilege on user_settings, and this is their own row
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(null);
begin
    perform check_person_values(p_theme => p_theme, p_language => p_language);

    update user_settings as s
    set
        timezone = coalesce(p_timezone, s.timezone),
        language = coalesce(p_language, s.language),
        theme = coalesce(p_theme, s.theme),
        email_notifications = coalesce(p_email_notifications, s.email_notifications),
        push_notifications = coalesce(p_push_notifications, s.push_notifications)
    where s.user_id = v_user_id;
end;
$$;

comment on function update_settings is 'Changes the caller''s own settings: null leaves one as it is.';
revoke all on function update_settings from public;
grant execute on function update_settings to pgacademy_student, pgacademy_instructor, pgacademy_admin;
