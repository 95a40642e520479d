-- policies on leaderboard_cache: administrators. Everyone else reads leaderboard_page(), which leaves out whoever opted
-- out or left since the last refresh.
drop policy if exists select_all on leaderboard_cache;
create policy select_all on leaderboard_cache
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: refresh_leaderboard() writes it.
