-- Whoever was erased stays erased, and is no longer known to be: they are deleted people without a name.
drop table data_exports;
drop table erasures;
alter table users drop constraint users_erased_check;
alter table users drop column erased_at;
