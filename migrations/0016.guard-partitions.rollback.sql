-- Loses nothing.
delete from write_guards where name = 'partitions';
