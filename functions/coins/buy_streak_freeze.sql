-- buy_streak_freeze: the caller buys a freeze, which will bridge one missed day of their streak.
--
-- The price is the setting coins.streak_freeze_price; at 0 none are sold. At most two are held. As for a transfer, the
-- idempotency key is not optional.
--
-- called by  learners
-- requires   require_user, claim_idempotency_key, store_reply, setting, add_streak_freeze, post_coins,
--            school_coin_account
-- errors     PA401, PA403 from require_user · PA409 not sold, two are held, not enough coins, key used for another
--            request · PA422 no key
create or replace function buy_streak_freeze(
    p_idempotency_key text
)
returns table (transaction_id uuid, price bigint, balance bigint, streak_freezes integer, current_streak integer)
language plpgsql
volatile
security definer -- writes the ledger of coins and user_stats, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_reply jsonb;
begin
    if p_idempotency_key is null then
        raise exception 'a purchase needs an idempotency key'
            using errcode = 'PA422', detail = 'key = null', hint = 'Use a new UUID for each purchase.';
    end if;

    v_reply := claim_idempotency_key(
        p_actor => v_user_id::text,
        p_procedure => 'buy_streak_freeze',
        p_key => p_idempotency_key,
        p_request => '{}'
    );

    if v_reply is not null then
        return query
        select r.transaction_id, r.price, r.balance, r.streak_freezes, r.current_streak
        from jsonb_to_record(v_reply) as r (
            transaction_id uuid, price bigint, balance bigint, streak_freezes integer, current_streak integer
        );
        return;
    end if;

    price := coalesce((setting(p_key => 'coins.streak_freeze_price') #>> '{}')::bigint, 200);

    if price = 0 then
        raise exception 'streak freezes are not sold here'
            using errcode = 'PA409', detail = 'price = 0', hint = 'The setting coins.streak_freeze_price names a price.';
    end if;

    insert into coin_transactions (user_id, transaction_type, amount, description, related_object_type)
    values (v_user_id, 'purchase', price, 'Streak freeze', 'streak_freeze')
    returning id into transaction_id;

    select f.streak_freezes, f.current_streak
    into streak_freezes, current_streak
    from add_streak_freeze(p_user_id => v_user_id, p_as_of => clock_timestamp()) as f;

    select p.balance
    into balance
    from post_coins(
        p_transaction_id => transaction_id,
        p_from => v_user_id,
        p_to => school_coin_account('sink'),
        p_amount => price
    ) as p;

    perform store_reply(
        p_actor => v_user_id::text,
        p_procedure => 'buy_streak_freeze',
        p_key => p_idempotency_key,
        p_reply => jsonb_build_object(
            'transaction_id', transaction_id, 'price', price, 'balance', balance,
            'streak_freezes', streak_freezes, 'current_streak', current_streak
        )
    );

    return next;
end;
$$;

comment on function buy_streak_freeze is 'Buys a streak freeze for coins, once per key; returns what is left and the freezes held.';
revoke all on function buy_streak_freeze from public;
grant execute on function buy_streak_freeze to pgacademy_student;
