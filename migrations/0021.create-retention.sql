-- operations: how long things are kept, and where they go then.
-- depends: 0020.create-analytics

-- retention_policies: how long each kind of thing is kept. Which kinds there are is code (each needs a way out of its own);
-- how long is the operator's business.
create table retention_policies (
    subject text constraint retention_policies_pkey primary key,
    keep_months integer,
    action text not null,
    description text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint retention_policies_subject_format_check check (subject ~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$'),
    constraint retention_policies_keep_months_check check (keep_months between 1 and 1200),
    constraint retention_policies_action_check check (action in ('archive', 'drop', 'aggregate', 'close'))
);

alter table retention_policies enable row level security;

comment on table retention_policies is 'How long each kind of thing is kept, and what becomes of it then.';
comment on column retention_policies.subject is 'A table, or a part of one: interactions.idle.';
comment on column retention_policies.keep_months is 'Months it is kept; null for ever.';
comment on column retention_policies.action is
'archive: read-only and compressed in archives; drop: gone; aggregate: only figures stay; close: it stays and takes no more.';
comment on column retention_policies.description is 'What the rule means.';
comment on column retention_policies.created_at is 'When the row was made.';
comment on column retention_policies.updated_at is 'When the row was last changed.';


-- archives: what has left its table. A month is entered before it is detached: a run that dies in between is gone on with.
create table archives (
    id uuid not null default uuid_v7() constraint archives_pkey primary key,
    table_name text not null,
    partition_name text,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    status text not null default 'retiring',
    row_count bigint not null default 0,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint archives_status_check check (status in ('retiring', 'archived', 'dropped')),
    constraint archives_row_count_check check (row_count >= 0),
    constraint archives_span_check check (starts_at <= ends_at),
    constraint archives_finished_check check ((status = 'retiring') = (finished_at is null))
);

-- "What of this table was archived, and when is it from?"
create index archives_table_name_starts_at_idx on archives (table_name, starts_at);
-- A partition leaves once.
create unique index archives_retiring_key on archives (partition_name) where status = 'retiring';

alter table archives enable row level security;

comment on table archives is 'Months of partitioned tables, and batches of rows of others, that have left their table.';
comment on column archives.id is 'Identifier.';
comment on column archives.table_name is 'The table it was in.';
comment on column archives.partition_name is 'The partition it was; null for rows of a table that has none.';
comment on column archives.starts_at is 'The first moment it holds.';
comment on column archives.ends_at is 'The end: the first moment after a partition, the last one of other rows.';
comment on column archives.status is 'retiring: on its way; archived: its rows are in archive_chunks; dropped: they are gone.';
comment on column archives.row_count is 'How many rows there were; 0 while it is retiring or if they were dropped uncounted.';
comment on column archives.created_at is 'When its way out began.';
comment on column archives.finished_at is 'When it was archived or dropped; null while it is retiring.';


-- archive_chunks: the rows themselves, as lines of JSON, a thousand to a chunk: text of that size is compressed by the
-- server wherever it is kept, needs no extension, goes with every dump, and can be made into rows of any later version.
create table archive_chunks (
    archive_id uuid not null constraint archive_chunks_archive_id_fkey references archives,
    chunk_number integer not null,
    row_count integer not null,
    content text not null,
    constraint archive_chunks_pkey primary key (archive_id, chunk_number),
    constraint archive_chunks_row_count_check check (row_count > 0)
);

alter table archive_chunks enable row level security;

comment on table archive_chunks is 'Archived rows, compressed; never changed.';
comment on column archive_chunks.archive_id is 'The archive.';
comment on column archive_chunks.chunk_number is 'The order, from 0.';
comment on column archive_chunks.row_count is 'Rows in it.';
comment on column archive_chunks.content is 'One JSON object a line: a row, by the names its columns had. Times are in UTC.';


-- chain_totals: what remains of transactions that were archived.
create table chain_totals (
    month date not null,
    chain text not null,
    network text not null,
    tx_type text not null,
    status text not null,
    transaction_count bigint not null,
    amount numeric not null,
    fee numeric not null,
    constraint chain_totals_pkey primary key (month, chain, network, tx_type, status),
    constraint chain_totals_month_check check (extract(day from month) = 1),
    constraint chain_totals_transaction_count_check check (transaction_count > 0),
    constraint chain_totals_amounts_check check (amount >= 0 and fee >= 0)
);

alter table chain_totals enable row level security;

comment on table chain_totals is 'Chain transactions that were archived, by month; those still there are not counted.';
comment on column chain_totals.month is 'The first day of the month they were written down in, UTC.';
comment on column chain_totals.chain is 'solana, evm or hedera.';
comment on column chain_totals.network is 'mainnet, testnet, ...';
comment on column chain_totals.tx_type is 'What they were for.';
comment on column chain_totals.status is 'final or failed.';
comment on column chain_totals.transaction_count is 'How many.';
comment on column chain_totals.amount is 'Their amounts together, in the chain''s own coin.';
comment on column chain_totals.fee is 'Their fees together, in the chain''s own coin; unknown ones count nothing.';


-- What retention looks for: transactions that are over. (Discussions where nothing moves are looked for once a day, by
-- reading discussion_stats: an index would be written with every reply.)
-- squawk-ignore require-concurrent-index-creation: few rows, and a job alone writes them
create index chain_transactions_settled_at_idx on chain_transactions (settled_at) where settled_at is not null;
