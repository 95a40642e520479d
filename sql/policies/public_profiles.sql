-- policies on public_profiles: everyone sees what people show. Rows are written by a trigger on users alone.
drop policy if exists select_everyone on public_profiles;
create policy select_everyone on public_profiles
    for select to pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin
    using (true);
