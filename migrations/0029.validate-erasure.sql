-- operations: that an erased person's row says nothing of them is checked of every row. Apart from adding the check, so that nobody
-- waits while the table is read.
-- depends: 0028.drop-reversal-constraint

alter table users validate constraint users_erased_check;
