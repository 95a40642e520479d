-- Somebody has asked the faucet and was paid on the test network; once, however often this runs.
do $$
declare
    v_owner constant text := current_setting('role');
    v_user_id uuid := (select u.id from users as u where lower(u.username) = 'aisha');
    v_transaction_id uuid;
begin
    if v_user_id is null or exists (select from faucet_requests as r where r.user_id = v_user_id) then
        return;
    end if;

    perform set_config('pgacademy.user_id', v_user_id::text, true);
    perform set_config('role', current_schema() || '_student', true);
    select f.transaction_id
    into v_transaction_id
    from request_faucet(
        p_hedera_account_id => '0.0.4711', p_request_ip => '192.0.2.17', p_idempotency_key => 'demo-faucet'
    ) as f;
    perform set_config('role', v_owner, true);

    perform advance_chain_transaction(
        p_transaction_id => v_transaction_id, p_status => 'submitted', p_tx_id => '0.0.1001@1700000000.000000017'
    );
    perform advance_chain_transaction(
        p_transaction_id => v_transaction_id,
        p_status => 'final',
        p_consensus_timestamp => '2023-11-14 22:13:23.000417+00',
        p_fee => 0.00052
    );
end;
$$;
