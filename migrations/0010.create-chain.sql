-- chain: what happens on blockchains, from the wish to the last confirmation, and the faucet that gives learners coins of a
-- test network.
-- depends: 0009.count-deeds

-- is_chain_account: is this an account of the chain, in its one spelling? 0.0.5 and 0.0.05 are one account of Hedera; if both
-- were taken, each would have its own limit. EVM addresses are written in lower case.
create function is_chain_account(
    p_chain text,
    p_account text
)
returns boolean
language sql
immutable
parallel safe
security invoker
begin atomic
    select case p_chain
        when 'hedera' then p_account ~ '^(0|[1-9][0-9]{0,9})[.](0|[1-9][0-9]{0,9})[.](0|[1-9][0-9]{0,18})$'
        when 'solana' then p_account ~ '^[1-9A-HJ-NP-Za-km-z]{32,44}$'
        when 'evm' then p_account ~ '^0x[0-9a-f]{40}$'
        else false
    end;
end;

comment on function is_chain_account is 'Internal: whether this is an account of the chain in its one spelling.';
-- Granted to nobody: constraints and procedures ask.
revoke all on function is_chain_account from public;

-- is_chain_tx_id: is this what the chain calls a transaction, in its one spelling (chain_tx_id() brings others into it)?
create function is_chain_tx_id(
    p_chain text,
    p_tx_id text
)
returns boolean
language sql
immutable
parallel safe
security invoker
begin atomic
    select case p_chain
        -- Payer, start in seconds and nanoseconds; a scheduled transaction and its children share these and add a mark.
        when 'hedera' then
            is_chain_account(p_chain, split_part(p_tx_id, '@', 1))
            and split_part(p_tx_id, '@', 2) ~ '^[1-9][0-9]{0,11}[.][0-9]{9}([?]scheduled)?(/[1-9][0-9]{0,8})?$'
            and p_tx_id !~ '@.*@'
        when 'solana' then p_tx_id ~ '^[1-9A-HJ-NP-Za-km-z]{64,88}$'
        when 'evm' then p_tx_id ~ '^0x[0-9a-f]{64}$'
        else false
    end;
end;

comment on function is_chain_tx_id is 'Internal: whether this is a transaction of the chain in its one spelling.';
-- Granted to nobody: constraints and procedures ask.
revoke all on function is_chain_tx_id from public;

-- is_chain_amount: is this an amount of the chain's own coin? HBAR has 8 decimals, SOL 9, ether 18. NaN is greater than all.
create function is_chain_amount(
    p_chain text,
    p_amount numeric
)
returns boolean
language sql
immutable
parallel safe
security invoker
begin atomic
    select
        p_amount >= 0
        and p_amount <= 100000000000000000000
        and scale(trim_scale(p_amount)) <= case p_chain when 'hedera' then 8 when 'solana' then 9 else 18 end;
end;

comment on function is_chain_amount is 'Internal: whether this is an amount of the chain''s coin, not negative, of its decimals.';
-- Granted to nobody: constraints and procedures ask.
revoke all on function is_chain_amount from public;


-- chain_transactions: one per transaction that the school has on a chain, written down before it is sent. They are records of
-- another ledger: coins of the school are coin_transactions, and neither table knows the other.
create table chain_transactions (
    id uuid not null default uuid_v7() constraint chain_transactions_pkey primary key,
    user_id uuid constraint chain_transactions_user_id_fkey references users,
    chain text not null,
    network text not null,
    tx_type text not null,
    status text not null default 'pending',
    tx_id text,
    amount numeric not null default 0,
    fee numeric,
    from_account text,
    to_account text,
    course_id uuid constraint chain_transactions_course_id_fkey references courses,
    achievement_id uuid constraint chain_transactions_achievement_id_fkey references achievements,
    consensus_timestamp timestamptz,
    hashscan_url text generated always as (
        case
            when chain = 'hedera' and network in ('mainnet', 'testnet', 'previewnet')
                then 'https://hashscan.io/' || network || '/transaction/' || split_part(split_part(tx_id, '?', 1), '/', 1)
        end
    ) stored,
    failure_reason text,
    submitted_at timestamptz,
    settled_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint chain_transactions_chain_check check (chain in ('solana', 'evm', 'hedera')),
    constraint chain_transactions_network_check check (network ~ '^[a-z][a-z0-9-]{0,39}$'),
    constraint chain_transactions_tx_type_check
    check (tx_type in ('faucet', 'transfer', 'nft_mint', 'nft_transfer', 'token', 'contract', 'message')),
    constraint chain_transactions_status_check
    check (status in ('pending', 'submitted', 'confirmed', 'final', 'failed')),
    constraint chain_transactions_tx_id_check check (is_chain_tx_id(chain, tx_id)),
    constraint chain_transactions_amount_check check (is_chain_amount(chain, amount)),
    constraint chain_transactions_fee_check check (is_chain_amount(chain, fee)),
    constraint chain_transactions_from_account_check check (is_chain_account(chain, from_account)),
    constraint chain_transactions_to_account_check check (is_chain_account(chain, to_account)),
    -- Each state with what is known in it. What failed may have failed before or after it was sent.
    constraint chain_transactions_submitted_check check (
        case
            when status = 'pending' then tx_id is null
            when status <> 'failed' then tx_id is not null
            else true
        end
        and (tx_id is null) = (submitted_at is null)
    ),
    constraint chain_transactions_consensus_timestamp_check check (
        case
            when status in ('pending', 'submitted') then consensus_timestamp is null
            when status in ('confirmed', 'final') then consensus_timestamp is not null
            else consensus_timestamp is null or tx_id is not null
        end
    ),
    constraint chain_transactions_failure_reason_check check (
        (status = 'failed') = (failure_reason is not null)
        and (failure_reason is null or length(failure_reason) between 1 and 500)
    ),
    constraint chain_transactions_settled_at_check check ((status in ('final', 'failed')) = (settled_at is not null))
) with (fillfactor = 90);

-- What happened on a chain once is entered once, also if it failed there.
create unique index chain_transactions_chain_network_tx_id_key
on chain_transactions (chain, network, tx_id) where tx_id is not null;
-- A person's, newest first.
create index chain_transactions_user_id_created_at_idx on chain_transactions (user_id, created_at desc, id desc);
create index chain_transactions_course_id_idx on chain_transactions (course_id) where course_id is not null;
create index chain_transactions_achievement_id_idx on chain_transactions (achievement_id) where achievement_id is not null;
-- What a job has still to send or to look up.
create index chain_transactions_open_idx on chain_transactions (created_at, id)
where status in ('pending', 'submitted', 'confirmed');

alter table chain_transactions enable row level security;

comment on table chain_transactions is 'The school''s transactions on blockchains.';
comment on column chain_transactions.id is 'Identifier.';
comment on column chain_transactions.user_id is 'Whom it is for; null for the school''s own.';
comment on column chain_transactions.chain is 'solana, evm or hedera.';
comment on column chain_transactions.network is 'Which network of the chain: mainnet, testnet, ...';
comment on column chain_transactions.tx_type is 'faucet, transfer, nft_mint, nft_transfer, token, contract or message.';
comment on column chain_transactions.status is 'pending, submitted, confirmed, final (for ever) or failed.';
comment on column chain_transactions.tx_id is 'What the chain calls it, in one spelling; null until it is sent.';
comment on column chain_transactions.amount is 'How much it moves, in the chain''s own coin (HBAR, SOL, ether).';
comment on column chain_transactions.fee is 'What the chain charged, in its own coin; null until known.';
comment on column chain_transactions.from_account is 'Account it comes from.';
comment on column chain_transactions.to_account is 'Account it goes to.';
comment on column chain_transactions.course_id is 'Course it is about.';
comment on column chain_transactions.achievement_id is 'Achievement it is about.';
comment on column chain_transactions.consensus_timestamp is 'When the chain agreed on it, to the microsecond.';
comment on column chain_transactions.hashscan_url is 'Where anybody can look it up, for Hedera.';
comment on column chain_transactions.failure_reason is 'Why it failed.';
comment on column chain_transactions.submitted_at is 'When its name on the chain was entered.';
comment on column chain_transactions.settled_at is 'When it became final or failed.';
comment on column chain_transactions.created_at is 'When it was entered.';
comment on column chain_transactions.updated_at is 'When it was last changed.';


-- faucet_requests: who asked for coins of the test network, for which account, from where. What becomes of a request is the
-- state of its transaction, in a learner's words.
create table faucet_requests (
    id uuid not null default uuid_v7() constraint faucet_requests_pkey primary key,
    user_id uuid not null constraint faucet_requests_user_id_fkey references users,
    hedera_account_id text not null,
    amount_hbar numeric(16, 8) not null,
    transaction_id uuid not null constraint faucet_requests_transaction_id_key unique
    constraint faucet_requests_transaction_id_fkey references chain_transactions,
    status text not null default 'pending',
    request_ip inet,
    -- Whoever has one IPv6 address has the 2^64 of its network.
    request_network cidr generated always as (
        network(set_masklen(request_ip, case family(request_ip) when 4 then 32 else 64 end))
    ) stored,
    requested_at timestamptz not null,
    completed_at timestamptz,
    constraint faucet_requests_hedera_account_id_check check (is_chain_account('hedera', hedera_account_id)),
    constraint faucet_requests_amount_hbar_check check (amount_hbar > 0),
    constraint faucet_requests_status_check check (status in ('pending', 'submitted', 'completed', 'failed')),
    constraint faucet_requests_completed_at_check check ((status = 'completed') = (completed_at is not null))
) with (fillfactor = 90);

-- What each limit counts.
create index faucet_requests_user_id_requested_at_idx on faucet_requests (user_id, requested_at desc);
create index faucet_requests_hedera_account_id_requested_at_idx on faucet_requests (hedera_account_id, requested_at desc);
create index faucet_requests_request_network_requested_at_idx on faucet_requests (request_network, requested_at desc)
where request_network is not null;
-- Whose address is to be forgotten.
create index faucet_requests_requested_at_idx on faucet_requests (requested_at) where request_ip is not null;

alter table faucet_requests enable row level security;

comment on table faucet_requests is 'Requests for coins of the test network.';
comment on column faucet_requests.id is 'Identifier.';
comment on column faucet_requests.user_id is 'Who asked.';
comment on column faucet_requests.hedera_account_id is 'For which account.';
comment on column faucet_requests.amount_hbar is 'How much, in HBAR.';
comment on column faucet_requests.transaction_id is 'The transaction that pays.';
comment on column faucet_requests.status is 'pending, submitted, completed or failed; a failed one counts against no limit.';
comment on column faucet_requests.request_ip is 'From which address; personal data, forgotten after a while.';
comment on column faucet_requests.request_network is 'The network that the limit counts: the address itself, or the /64 of IPv6.';
comment on column faucet_requests.requested_at is 'When, by the clock and not by the transaction''s start.';
comment on column faucet_requests.completed_at is 'When the chain had confirmed the payment.';


-- faucet_guards: what requests queue on. A person, an account and a network each fall on one of the rows, which a request
-- updates before it counts; who shares a row by chance waits a moment longer. So nothing has to be made for a new network,
-- nothing be removed, and the rows tell nothing about anybody.
create table faucet_guards (
    slot smallint not null constraint faucet_guards_pkey primary key,
    version bigint not null default 0,
    constraint faucet_guards_slot_check check (slot between 0 and 255)
) with (fillfactor = 50);

alter table faucet_guards enable row level security;

comment on table faucet_guards is 'Rows that faucet requests update before they count, so that one waits for the other.';
comment on column faucet_guards.slot is 'Hash of what is limited, modulo 256.';
comment on column faucet_guards.version is 'Counts the requests that passed; its value means nothing else.';

insert into faucet_guards (slot) select g.slot from generate_series(0, 255) as g (slot);
