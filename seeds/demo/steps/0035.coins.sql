-- Somebody says thank you, in coins; once, however often this runs.
do $$
declare
    v_owner constant text := current_setting('role');
    v_gift record;
begin
    for v_gift in
        select s.id as sender, r.id as recipient, v.amount, v.description
        from (
            values
            ('meiling', 'tomas', 25, 'Thank you for the notes on friction.'),
            ('aisha', 'arjun', 15, 'For the charger you lent me.')
        ) as v (sender, recipient, amount, description)
        inner join users as s on lower(s.username) = v.sender
        inner join users as r on lower(r.username) = v.recipient
        where not exists (
            select
            from coin_transactions as t
            where t.user_id = s.id and t.recipient_id = r.id and t.description = v.description
        )
    loop
        perform set_config('pgacademy.user_id', v_gift.sender::text, true);
        perform set_config('role', current_schema() || '_student', true);
        perform transfer_coins(
            p_recipient_id => v_gift.recipient,
            p_amount => v_gift.amount,
            p_idempotency_key => 'demo-gift',
            p_description => v_gift.description
        );
        perform set_config('role', v_owner, true);
    end loop;
end;
$$;
