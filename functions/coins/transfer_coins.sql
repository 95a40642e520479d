-- transfer_coins: the caller sends coins to another person, who is told.
--
-- The idempotency key is not optional: a call repeated after a lost answer must not pay twice. Limits are the settings
-- coins.transfer_max, for one transfer, and coins.transfer_daily_max, for a day of the school's time zone. What was sent
-- that day is counted on the sender's own account, which every transfer writes, so no two can both slip under.
--
-- called by  learners
-- requires   require_user, claim_idempotency_key, store_reply, post_coins, notify
-- errors     PA401, PA403 from require_user · PA404 no such person · PA409 not enough coins, key used for another
--            request · PA422 no key, to oneself, amount out of range, description too long · PA429 the day's limit
create or replace function transfer_coins(
    p_recipient_id uuid,
    p_amount bigint,
    p_idempotency_key text,
    p_description text default null
)
returns table (transaction_id uuid, balance bigint)
language plpgsql
volatile
security definer -- writes the ledger of coins, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_max bigint;
    v_daily_max bigint;
    v_zone text;
    v_reply jsonb;
    v_sent bigint;
begin
    if p_idempotency_key is null then
        raise exception 'a transfer needs an idempotency key'
            using errcode = 'PA422', detail = 'key = null', hint = 'Use a new UUID for each transfer.';
    end if;

    v_reply := claim_idempotency_key(
        p_actor => v_user_id::text,
        p_procedure => 'transfer_coins',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'recipient_id', p_recipient_id, 'amount', p_amount, 'description', p_description
        )
    );

    if v_reply is not null then
        return query
        select (v_reply ->> 'transaction_id')::uuid, (v_reply ->> 'balance')::bigint;
        return;
    end if;

    -- Three settings in one look.
    select
        coalesce(max(s.setting_value #>> '{}') filter (where s.setting_key = 'coins.transfer_max'), '10000')::bigint,
        coalesce(max(s.setting_value #>> '{}') filter (where s.setting_key = 'coins.transfer_daily_max'), '50000')::bigint,
        coalesce(max(s.setting_value #>> '{}') filter (where s.setting_key = 'school.timezone'), 'UTC')
    into v_max, v_daily_max, v_zone
    from platform_settings as s
    where s.setting_key in ('coins.transfer_max', 'coins.transfer_daily_max', 'school.timezone');

    if p_amount is null or p_amount not between 1 and v_max then
        raise exception 'this amount cannot be sent'
            using errcode = 'PA422',
                detail = format('amount = %s, at most = %s', coalesce(p_amount::text, 'null'), v_max),
                hint = 'Send at least one coin, and at most what one transfer may carry.';
    end if;

    if length(p_description) > 500 then
        raise exception 'a description has at most 500 characters'
            using errcode = 'PA422', detail = format('characters = %s', length(p_description)), hint = 'Shorten it.';
    end if;

    if p_recipient_id = v_user_id then
        raise exception 'nobody sends coins to themselves'
            using errcode = 'PA422', detail = format('recipient_id = %s', p_recipient_id), hint = 'Name somebody else.';
    end if;

    if not exists (select from users as u where u.id = p_recipient_id and u.is_active and u.deleted_at is null) then
        raise exception 'no such person'
            using errcode = 'PA404',
                detail = format('recipient_id = %s', coalesce(p_recipient_id::text, 'null')),
                hint = 'Look the person up in public_profiles.';
    end if;

    insert into coin_transactions (user_id, transaction_type, amount, description, recipient_id)
    values (v_user_id, 'transfer', p_amount, p_description, p_recipient_id)
    returning id into transaction_id;

    select p.balance, p.sent_amount
    into balance, v_sent
    from post_coins(
        p_transaction_id => transaction_id,
        p_from => v_user_id,
        p_to => p_recipient_id,
        p_amount => p_amount,
        p_sent_on => (now() at time zone v_zone)::date
    ) as p;

    if v_sent > v_daily_max then
        raise exception 'this is more than may be sent in a day'
            using errcode = 'PA429',
                detail = format('sent = %s, at most = %s', v_sent - p_amount, v_daily_max),
                hint = 'Send the rest tomorrow.';
    end if;

    perform notify(
        p_user_id => p_recipient_id,
        p_type => 'coins_received',
        p_title => format('You have received %s coins', p_amount),
        p_message => p_description,
        p_related_type => 'coin_transaction',
        p_related_id => transaction_id
    );

    perform store_reply(
        p_actor => v_user_id::text,
        p_procedure => 'transfer_coins',
        p_key => p_idempotency_key,
        p_reply => jsonb_build_object('transaction_id', transaction_id, 'balance', balance)
    );

    return next;
end;
$$;

comment on function transfer_coins is 'Sends coins to another person, once per key; returns the transaction and what is left.';
revoke all on function transfer_coins from public;
grant execute on function transfer_coins to pgacademy_student;
