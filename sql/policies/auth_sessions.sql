-- policies on auth_sessions: people see their own sessions, administrators those of everyone.
-- Written through open_session(), rotate_session() and revoke_session().
drop policy if exists select_own on auth_sessions;
create policy select_own on auth_sessions
    for select to pgacademy_student, pgacademy_instructor
    using (user_id = (select current_user_id()));

drop policy if exists select_all on auth_sessions;
create policy select_all on auth_sessions
    for select to pgacademy_admin
    using ((select acts_as('admin')));
