-- policies on chain_totals: administrators read them; retention writes them.
drop policy if exists select_all on chain_totals;
create policy select_all on chain_totals
    for select to pgacademy_admin
    using ((select acts_as('admin')));
