-- policies on retention_policies: administrators read them; set_retention() is the only way to change one.
drop policy if exists select_all on retention_policies;
create policy select_all on retention_policies
    for select to pgacademy_admin
    using ((select acts_as('admin')));
