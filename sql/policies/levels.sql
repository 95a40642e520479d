-- policies on levels: everyone may read it; it says nothing about anyone.
drop policy if exists select_all on levels;
create policy select_all on levels
for select to pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin
using (true);
