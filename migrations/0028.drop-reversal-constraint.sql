-- coins: 0027 says the same.
-- depends: 0027.index-reversals

-- squawk-ignore ban-drop-constraint: coin_transactions_reversal_key says the same
alter table coin_transactions drop constraint coin_transactions_reverses_id_key;
