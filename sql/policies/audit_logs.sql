-- policies on audit_logs: administrators read the trail; everybody else asks my_audit_trail().
drop policy if exists select_all on audit_logs;
create policy select_all on audit_logs
    for select to pgacademy_admin
    using ((select acts_as('admin')));

-- No insert, update or delete: only triggers and procedures of the owner write here.
