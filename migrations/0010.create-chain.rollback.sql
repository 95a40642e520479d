-- Loses what was written down about the chain and every request; what happened on the chain stays there.
drop table faucet_guards;
drop table faucet_requests;
drop table chain_transactions;
drop function is_chain_amount;
drop function is_chain_tx_id;
drop function is_chain_account;
