-- transactional: false

drop index concurrently coin_transactions_reversal_key;
