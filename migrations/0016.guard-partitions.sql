-- Partitions by month: the row that those who make them queue on.
-- depends: 0015.narrow-achievement-indexes

insert into write_guards (name) values ('partitions');
