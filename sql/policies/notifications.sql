-- policies on notifications: what somebody is told is for them alone, administrators not excepted.
drop policy if exists select_own on notifications;
create policy select_own on notifications
    for select to pgacademy_student, pgacademy_instructor
    using (user_id = (select current_user_id()) and is_in_app);

-- No insert, update or delete: notifications come from what happened; mark_read() and mark_all_read() mark them.
