-- Loses what was archived for good, and what became of transactions that were: see that it is not needed any more. What was
-- dropped is gone either way.
drop index chain_transactions_settled_at_idx;
drop table chain_totals;
drop table archive_chunks;
drop table archives;
drop table retention_policies;
