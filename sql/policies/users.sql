-- policies on users: people see and edit themselves, administrators see everyone. Other people's names are read from
-- public_profiles. Which columns may be edited is in sql/grants/.
drop policy if exists select_own on users;
create policy select_own on users
    for select to pgacademy_student, pgacademy_instructor
    using (id = (select current_user_id()));

drop policy if exists select_all on users;
create policy select_all on users
    for select to pgacademy_admin
    using ((select acts_as('admin')));

drop policy if exists update_own on users;
create policy update_own on users
    for update to pgacademy_student, pgacademy_instructor
    using (id = (select current_user_id()))
    with check (id = (select current_user_id()));

-- No insert or delete: register_user() and deactivate_user() are the only way in and out.
