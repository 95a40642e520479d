-- Loses nothing but the guards' counters.
drop table write_guards;
drop function uuid_v7();
