-- policies on xp_events: people see their own rows, administrators all.
drop policy if exists select_own on xp_events;
create policy select_own on xp_events
for select to pgacademy_student, pgacademy_instructor
using (user_id = (select current_user_id()));

drop policy if exists select_admin on xp_events;
create policy select_admin on xp_events
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: award_xp() and reverse_xp() are the only way in.
