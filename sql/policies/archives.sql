-- policies on archives: administrators read them; retention writes them.
drop policy if exists select_all on archives;
create policy select_all on archives
    for select to pgacademy_admin
    using ((select acts_as('admin')));
