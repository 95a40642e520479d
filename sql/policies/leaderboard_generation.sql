-- policies on leaderboard_generation: the board is public to everyone who is signed in; visitors read
-- leaderboard_page().
drop policy if exists select_all on leaderboard_generation;
create policy select_all on leaderboard_generation
for select to pgacademy_student, pgacademy_instructor, pgacademy_admin
using (true);

-- No insert, update or delete: refresh_leaderboard() writes it.
