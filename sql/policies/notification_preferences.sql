-- policies on notification_preferences: everyone's own.
drop policy if exists select_own on notification_preferences;
create policy select_own on notification_preferences
    for select to pgacademy_student, pgacademy_instructor
    using (user_id = (select current_user_id()));

-- No insert, update or delete: set_notification_preference() is the only way in.
