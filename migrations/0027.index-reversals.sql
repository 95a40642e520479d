-- coins: what takes another transaction back, and no entry for every one that does not.
-- depends: 0026.drop-draft-key
-- transactional: false

create unique index concurrently coin_transactions_reversal_key on coin_transactions (reverses_id) where reverses_id is not null;
