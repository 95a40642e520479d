-- update_settings: people choose how the platform treats them. Null leaves a setting as it is.
--
-- A new time zone counts from now on: the days of a streak stay where they were. A streak that is over in the old zone
-- is settled first, and the day it is now for the person is kept (local_date), so that no zone brings back a day that was
-- missed. A zone can be changed once in 24 hours; the first choice after registration is free. Nobody may write the
-- column itself.
--
-- called by  people, for themselves
-- requires   require_user, check_person_values, local_date, streak_as_of
-- errors     PA401, PA403 from require_user · PA422 unknown time zone or theme; malformed language · PA429 time zone
--            changed less than 24 hours ago
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
    v_now timestamptz := now();
    v_stats user_stats;
    v_settings user_settings;
    v_today date;
begin
    perform check_person_values(p_theme => p_theme, p_language => p_language);

    if p_timezone is not null then
        -- The counters are the lock for the person's days, as in record_activity and reward_lessons.
        select s.* into v_stats from user_stats as s where s.user_id = v_user_id for update;
        select s.* into v_settings from user_settings as s where s.user_id = v_user_id for update;
    end if;

    if p_timezone <> v_settings.timezone then
        if v_settings.timezone_changed_at > v_now - interval '24 hours' then
            raise exception 'the time zone was changed less than 24 hours ago'
                using errcode = 'PA429', detail = format('changed at %s', v_settings.timezone_changed_at),
                    hint = 'Change it again tomorrow.';
        end if;

        v_today := local_date(p_user_id => v_user_id, p_at => v_now);

        if v_stats.current_streak > 0 and streak_as_of(
            p_current_streak => v_stats.current_streak,
            p_last_streak_date => v_stats.last_streak_date,
            p_streak_freezes => v_stats.streak_freezes,
            p_today => v_today
        ) = 0 then
            update user_stats as s set current_streak = 0 where s.user_id = v_user_id;
        end if;

        update user_settings as s
        set timezone = p_timezone, timezone_changed_at = v_now, timezone_changed_on = v_today
        where s.user_id = v_user_id;
    end if;

    update user_settings as s
    set
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
