-- policies on discussion_votes: people see how they voted themselves, administrators all votes. What others see is the sum.
drop policy if exists select_own on discussion_votes;
create policy select_own on discussion_votes
    for select to pgacademy_student, pgacademy_instructor
    using (user_id = (select current_user_id()));

drop policy if exists select_all on discussion_votes;
create policy select_all on discussion_votes
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: vote() is the only way in.
