-- policies on platform_settings: administrators read them; set_setting() is the only way to change one.
drop policy if exists select_all on platform_settings;
create policy select_all on platform_settings
    for select to pgacademy_admin
    using ((select acts_as('admin')));
