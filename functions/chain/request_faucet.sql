-- request_faucet: the caller asks for coins of Hedera's test network, for an account.
--
-- Three limits in a window of hours, each a setting: per person, per account, per network address (of IPv6 the /64).
-- Failed requests count for none of them, but for a second, higher limit of each: attempts. Each of the three falls on
-- a row of faucet_guards, which is updated before anything is counted: whoever comes second waits and then counts the
-- first, or fails with 40001 if its snapshot is older. The time is the clock's, not the transaction's: one begun long
-- ago would lie outside the window.
--
-- The address is what the application sees; who speaks SQL directly may name another, and meets the other two limits.
--
-- called by  learners
-- requires   require_user, claim_idempotency_key, store_reply, setting, is_chain_account
-- errors     PA401, PA403 from require_user · PA409 the faucet is closed, key used for another request · PA422 no key,
--            no account of Hedera, no address of one machine · PA429 a limit is reached; the detail says which
create or replace function request_faucet(
    p_hedera_account_id text,
    p_request_ip inet,
    p_idempotency_key text
)
returns table (request_id uuid, transaction_id uuid, status text, amount_hbar numeric)
language plpgsql
volatile
security definer -- writes faucet_requests, which no platform role may write, and counts other people's
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_amount numeric := coalesce((setting(p_key => 'faucet.amount_hbar') #>> '{}')::numeric, 10);
    v_hours integer := greatest(1, coalesce((setting(p_key => 'faucet.window_hours') #>> '{}')::integer, 24));
    v_ip inet := p_request_ip;
    v_network cidr;
    v_slots smallint[];
    v_reply jsonb;
    v_at timestamptz;
    v_since timestamptz;
    v_limit record;
begin
    -- An IPv4 address in the clothes of IPv6 is that address: all of them lie in one /64.
    if p_request_ip << '::ffff:0.0.0.0/96' then
        v_ip := '0.0.0.0'::inet + (host(p_request_ip)::inet - '::ffff:0.0.0.0'::inet);
    end if;

    if p_idempotency_key is null
        or is_chain_account(p_chain => 'hedera', p_account => p_hedera_account_id) is not true
        or p_request_ip is null
        or masklen(p_request_ip) <> (case family(p_request_ip) when 4 then 32 else 128 end)
    then
        raise exception 'this is no request of the faucet'
            using errcode = 'PA422',
                detail = format(
                    'account = %s, address = %s, key = %s', coalesce(left(p_hedera_account_id, 60), 'null'),
                    (p_request_ip is not null), (p_idempotency_key is not null)
                ),
                hint = 'Pass an account such as 0.0.1234, the address of the machine that asks, and a new UUID as key.';
    end if;

    v_network := network(set_masklen(v_ip, case family(v_ip) when 4 then 32 else 64 end));
    v_slots := array[
        hashtext('user ' || v_user_id) & 255,
        hashtext('account ' || p_hedera_account_id) & 255,
        hashtext('ip ' || v_network) & 255
    ];

    perform from faucet_guards as g where g.slot = any(v_slots) order by g.slot for no key update;
    update faucet_guards as g set version = g.version + 1 where g.slot = any(v_slots);

    v_reply := claim_idempotency_key(
        p_actor => v_user_id::text,
        p_procedure => 'request_faucet',
        p_key => p_idempotency_key,
        -- Not the address: who moves to another network may repeat a call, and it would stay behind as a hash.
        p_request => jsonb_build_object('hedera_account_id', p_hedera_account_id)
    );

    if v_reply is not null then
        return query
        select
            (v_reply ->> 'request_id')::uuid, (v_reply ->> 'transaction_id')::uuid, v_reply ->> 'status',
            (v_reply ->> 'amount_hbar')::numeric;
        return;
    end if;

    if v_amount <= 0 then
        raise exception 'the faucet is closed'
            using errcode = 'PA409', detail = 'faucet.amount_hbar = 0', hint = 'An administrator opens it with set_setting.';
    end if;

    v_at := clock_timestamp();

    v_since := v_at - make_interval(hours => v_hours);

    with made as (
        select 'user' as name, count(*) filter (where r.status <> 'failed') as given, count(*) as attempts
        from faucet_requests as r
        where r.user_id = v_user_id and r.requested_at > v_since
        union all
        select 'account', count(*) filter (where r.status <> 'failed'), count(*)
        from faucet_requests as r
        where r.hedera_account_id = p_hedera_account_id and r.requested_at > v_since
        union all
        select 'ip', count(*) filter (where r.status <> 'failed'), count(*)
        from faucet_requests as r
        where r.request_network = v_network and r.requested_at > v_since
    )

    select d.name || d.suffix as name, l.at_most
    into v_limit
    from (
        values
        (1, 'user', '', 1, 'user_limit'),
        (2, 'account', '', 1, 'account_limit'),
        (3, 'ip', '', 10, 'ip_limit'),
        (4, 'user', ' attempts', 5, 'attempt_limit'),
        (5, 'account', ' attempts', 5, 'attempt_limit'),
        (6, 'ip', ' attempts', 50, 'ip_attempt_limit')
    ) as d (nth, name, suffix, most, key)
    inner join made as m on m.name = d.name
    cross join lateral (
        select coalesce((setting(p_key => 'faucet.' || d.key) #>> '{}')::bigint, d.most) as at_most
    ) as l
    where case d.suffix when '' then m.given else m.attempts end >= l.at_most
    order by d.nth
    limit 1;

    if found then
        raise exception 'the faucet has given enough for now'
            using errcode = 'PA429',
                detail = format('limit = %s, at most = %s in %s hours', v_limit.name, v_limit.at_most, v_hours),
                hint = 'Ask again later.';
    end if;

    insert into chain_transactions (user_id, chain, network, tx_type, amount, to_account)
    values (v_user_id, 'hedera', 'testnet', 'faucet', v_amount, p_hedera_account_id)
    returning id into transaction_id;

    insert into faucet_requests (user_id, hedera_account_id, amount_hbar, transaction_id, request_ip, requested_at)
    values (v_user_id, p_hedera_account_id, v_amount, transaction_id, v_ip, v_at)
    returning id, status, amount_hbar into request_id, status, amount_hbar;

    perform store_reply(
        p_actor => v_user_id::text,
        p_procedure => 'request_faucet',
        p_key => p_idempotency_key,
        p_reply => jsonb_build_object(
            'request_id', request_id, 'transaction_id', transaction_id, 'status', status, 'amount_hbar', amount_hbar
        )
    );

    return next;
end;
$$;

comment on function request_faucet is 'Asks for coins of the test network, once per key and within the limits.';
revoke all on function request_faucet from public;
grant execute on function request_faucet to pgacademy_student;
