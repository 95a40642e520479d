-- policies on discussion_stats: for whoever may read the discussion, as its own policies say.
drop policy if exists select_readable on discussion_stats;
create policy select_readable on discussion_stats
    for select to pgacademy_student, pgacademy_instructor
    using (exists (select from discussions as d where d.id = discussion_id));

drop policy if exists select_all on discussion_stats;
create policy select_all on discussion_stats
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: counters move with what they count, moderate_discussion() pins.
