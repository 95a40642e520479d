-- coins: accounts, transactions and the postings they consist of, in double entry.
-- depends: 0006.create-gamification

-- coin_accounts: one per person, whose id is the person's, and two of the school: issuance, from which all coins come, and
-- sink, to which those go that were spent or left the school. These two keep no balance: every reward would queue on one
-- row, and their balance is the sum of their postings whenever somebody asks.
create table coin_accounts (
    id uuid not null constraint coin_accounts_pkey primary key,
    kind text not null default 'user',
    user_id uuid constraint coin_accounts_user_id_key unique
    constraint coin_accounts_user_id_fkey references users,
    balance bigint,
    sent_on date,
    sent_amount bigint not null default 0,
    is_backfill_due boolean not null default false,
    created_at timestamptz not null default now(),
    constraint coin_accounts_kind_check check (kind in ('user', 'issuance', 'sink')),
    constraint coin_accounts_holder_check check (
        case kind
            when 'user' then user_id is not null and user_id = id
            when 'issuance' then user_id is null and id = '00000000-0000-0000-0000-000000000001'
            else user_id is null and id = '00000000-0000-0000-0000-000000000002'
        end
    ),
    constraint coin_accounts_balance_check
    check (case kind when 'user' then balance is not null and balance >= 0 else balance is null end),
    constraint coin_accounts_sent_amount_check check (sent_amount >= 0)
) with (fillfactor = 70);

-- Whom grant_missing_coins() has not looked at yet; empty once it is through.
create index coin_accounts_is_backfill_due_idx on coin_accounts (id) where is_backfill_due;

alter table coin_accounts enable row level security;

comment on table coin_accounts is 'Coin accounts: one per person, and those of the school.';
comment on column coin_accounts.id is 'Identifier: the person''s own, or a fixed one for issuance and sink.';
comment on column coin_accounts.kind is 'user, issuance (all coins come from it; it alone may be negative) or sink (they end there).';
comment on column coin_accounts.user_id is 'Whose account it is; null for the school''s.';
comment on column coin_accounts.balance is 'Sum of its postings, never negative; null for the school''s, which are added up when asked.';
comment on column coin_accounts.sent_on is 'The day of the last transfer, in the school''s time zone.';
comment on column coin_accounts.sent_amount is 'Coins transferred to others on that day, held against the daily limit.';
comment on column coin_accounts.is_backfill_due is 'Whether coins earned before there were accounts are still to be granted.';
comment on column coin_accounts.created_at is 'When it was made.';

insert into coin_accounts (id, kind) values
('00000000-0000-0000-0000-000000000001', 'issuance'),
('00000000-0000-0000-0000-000000000002', 'sink');

-- Who was there before coins were may have earned some.
insert into coin_accounts (id, user_id, balance, is_backfill_due)
select
    u.id,
    u.id as user_id,
    0 as balance,
    true as is_backfill_due
from users as u;


-- What grant_missing_coins() queues on.
insert into write_guards (name) values ('grant_missing_coins');


-- coin_transactions: what happened. The amount is always positive; who pays and who gets is in the postings, so that
-- spending needs no negative amount. Only status, hash, failure and settlement of a blockchain entry ever change.
create table coin_transactions (
    id uuid not null default uuid_v7() constraint coin_transactions_pkey primary key,
    user_id uuid not null constraint coin_transactions_user_id_fkey references users,
    transaction_type text not null,
    amount bigint not null,
    description text,
    recipient_id uuid constraint coin_transactions_recipient_id_fkey references users,
    related_object_type text,
    related_object_id uuid,
    occurrence text not null default '',
    reverses_id uuid constraint coin_transactions_reverses_id_key unique
    constraint coin_transactions_reverses_id_fkey references coin_transactions,
    status text not null default 'confirmed',
    blockchain_tx_hash text,
    is_blockchain_confirmed boolean not null
    generated always as (blockchain_tx_hash is not null and status = 'confirmed') stored,
    failure_reason text,
    created_at timestamptz not null default now(),
    settled_at timestamptz default now(),
    constraint coin_transactions_transaction_type_check
    check (transaction_type in ('reward', 'transfer', 'purchase', 'deposit', 'withdrawal', 'reversal')),
    constraint coin_transactions_amount_check check (amount between 1 and 1000000000),
    constraint coin_transactions_description_length_check check (length(description) <= 500),
    constraint coin_transactions_recipient_id_check check (
        case transaction_type
            when 'transfer' then recipient_id is not null and recipient_id <> user_id
            when 'reversal' then true
            else recipient_id is null
        end
    ),
    constraint coin_transactions_related_object_type_check check (
        related_object_type ~ '^[a-z][a-z0-9_]{0,49}$' or (related_object_type is null and transaction_type <> 'reward')
    ),
    constraint coin_transactions_occurrence_length_check check (length(occurrence) <= 100),
    constraint coin_transactions_reverses_id_check check ((transaction_type = 'reversal') = (reverses_id is not null)),
    constraint coin_transactions_status_check check (
        status = 'confirmed' or (status in ('pending', 'failed') and transaction_type in ('deposit', 'withdrawal'))
    ),
    -- A hash of an EVM chain has one spelling, or it would be two; other chains write theirs otherwise.
    constraint coin_transactions_blockchain_tx_hash_check check (
        blockchain_tx_hash ~ '^0x[0-9a-f]{64}$'
        or (blockchain_tx_hash ~ '^[0-9A-Za-z@._-]{1,100}$' and blockchain_tx_hash !~ '^0[xX]')
    ),
    constraint coin_transactions_blockchain_check check (
        case
            when transaction_type not in ('deposit', 'withdrawal') then blockchain_tx_hash is null
            when transaction_type = 'deposit' or status = 'confirmed' then blockchain_tx_hash is not null
            else true
        end
    ),
    constraint coin_transactions_failure_reason_check check (
        (status = 'failed') = (failure_reason is not null)
        and (failure_reason is null or length(failure_reason) between 1 and 500)
    ),
    constraint coin_transactions_settled_at_check check ((status = 'pending') = (settled_at is null))
);

-- A source pays a person once, as it gives XP once.
create unique index coin_transactions_source_key
on coin_transactions (user_id, related_object_type, related_object_id, occurrence)
nulls not distinct where transaction_type = 'reward';
-- What happened on the chain once is entered once; a failed entry may be made again.
create unique index coin_transactions_blockchain_tx_hash_key
on coin_transactions (blockchain_tx_hash) where blockchain_tx_hash is not null and status <> 'failed';
-- A person's history, newest first: what they did, and what others sent them.
create index coin_transactions_user_id_created_at_idx on coin_transactions (user_id, created_at desc, id desc);
create index coin_transactions_recipient_id_created_at_idx
on coin_transactions (recipient_id, created_at desc, id desc) where recipient_id is not null;
-- Reports by kind and time.
create index coin_transactions_transaction_type_created_at_idx on coin_transactions (transaction_type, created_at);
-- What a job has still to look up on the chain.
create index coin_transactions_pending_idx on coin_transactions (created_at) where status = 'pending';

alter table coin_transactions enable row level security;

comment on table coin_transactions is 'Every movement of coins.';
comment on column coin_transactions.id is 'Identifier.';
comment on column coin_transactions.user_id is 'Whose it is: who gets a reward, sends a transfer, buys, pays in or out.';
comment on column coin_transactions.transaction_type is 'reward, transfer, purchase, deposit, withdrawal or reversal.';
comment on column coin_transactions.amount is 'Coins; always positive.';
comment on column coin_transactions.description is 'For people to read.';
comment on column coin_transactions.recipient_id is 'Who gets a transfer.';
comment on column coin_transactions.related_object_type is 'What kind of thing it is about: lesson, course, streak_freeze, ...';
comment on column coin_transactions.related_object_id is 'Which one.';
comment on column coin_transactions.occurrence is 'Names one of several rewards for the same thing; empty otherwise.';
comment on column coin_transactions.reverses_id is 'The transaction it takes back, of a reversal.';
comment on column coin_transactions.status is 'confirmed; pending or failed only for what happens on a blockchain.';
comment on column coin_transactions.blockchain_tx_hash is 'The transaction on the blockchain, of a deposit or withdrawal.';
comment on column coin_transactions.is_blockchain_confirmed is 'Whether the blockchain has confirmed it.';
comment on column coin_transactions.failure_reason is 'Why it failed.';
comment on column coin_transactions.created_at is 'When it was entered.';
comment on column coin_transactions.settled_at is 'When it was confirmed or failed; null while pending.';


-- coin_postings: what a transaction does to each account. They sum to zero in every transaction (trigger check_postings).
create table coin_postings (
    transaction_id uuid not null constraint coin_postings_transaction_id_fkey references coin_transactions,
    account_id uuid not null,
    -- The foreign key hangs on the person, and there is none for the two accounts of the school, whose ids the check
    -- names: to look them up would lock one row in every reward.
    user_id uuid constraint coin_postings_user_id_fkey references coin_accounts (user_id),
    amount bigint not null,
    constraint coin_postings_pkey primary key (transaction_id, account_id),
    constraint coin_postings_account_id_check check (
        case
            when user_id is not null then user_id = account_id
            else account_id in ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002')
        end
    ),
    constraint coin_postings_amount_check check (amount <> 0)
);

-- What a balance is the sum of.
create index coin_postings_user_id_idx on coin_postings (user_id) where user_id is not null;

alter table coin_postings enable row level security;

comment on table coin_postings is 'What each movement of coins does to each account; zero in sum.';
comment on column coin_postings.transaction_id is 'The movement.';
comment on column coin_postings.account_id is 'The account.';
comment on column coin_postings.user_id is 'Whose account it is; null for the school''s.';
comment on column coin_postings.amount is 'Coins: positive into the account, negative out of it.';


-- What a lesson brought beside XP, next to xp_earned. Without a check of its own, which would read the whole table under a
-- lock: what it pays is checked in lessons.coin_reward and coin_transactions.amount.
alter table lesson_progress add column coins_earned integer not null default 0;
comment on column lesson_progress.coins_earned is 'Coins given for it.';
