-- $name: what is filled, from what, and since which release the code writes it right by itself.
-- depends: $depends
-- backfill: $table
-- batch: 1000
-- pause: 50ms

-- One statement, run for one range of the primary key after another, each in a transaction of its own:
--     update $table set ... where id > :from_key and id <= :to_key and ...;
