-- policies on audit_seals: administrators may copy the seals and keep them elsewhere.
drop policy if exists select_all on audit_seals;
create policy select_all on audit_seals
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: only triggers and procedures of the owner write here.
