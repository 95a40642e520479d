alter table coin_transactions add constraint coin_transactions_reverses_id_key unique (reverses_id);
