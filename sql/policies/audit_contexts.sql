-- policies on audit_contexts: administrators see where audited requests came from.
drop policy if exists select_all on audit_contexts;
create policy select_all on audit_contexts
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: only triggers and procedures of the owner write here.
