-- policies on replies: for whoever may read the discussion, as its own policies say. What was taken down is for
-- administrators; list_replies() shows a gap.
drop policy if exists select_readable on replies;
create policy select_readable on replies
    for select to pgacademy_student, pgacademy_instructor
    using (deleted_at is null and exists (select from discussions as d where d.id = discussion_id));

drop policy if exists select_all on replies;
create policy select_all on replies
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: post_reply(), edit_reply() and delete_reply() are the only way in.
