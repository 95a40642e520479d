-- policies on user_settings: people see and change their own. Rows are made by a trigger on users.
drop policy if exists select_own on user_settings;
create policy select_own on user_settings
    for select to pgacademy_student, pgacademy_instructor
    using (user_id = (select current_user_id()));

drop policy if exists update_own on user_settings;
create policy update_own on user_settings
    for update to pgacademy_student, pgacademy_instructor
    using (user_id = (select current_user_id()))
    with check (user_id = (select current_user_id()));
