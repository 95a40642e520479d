-- operations: the audit trail: who did what to which row, by months that are sealed; and where requests came from.
-- depends: 0018.erase-people

-- audit_log_numbers: in the order of these numbers logs are sealed. A transaction takes its own identifier before its
-- first number: seal_audit_logs() relies on that.
create sequence audit_log_numbers as bigint;

comment on sequence audit_log_numbers is 'Numbers the rows of audit_logs.';


-- audit_logs: added to, never changed, also not by their owner. They leave by months: whoever keeps them for two years
-- detaches and archives a partition, which its seals vouch for (audit_seals).
--
-- user_id refers to nobody: a foreign key that sets null on delete would have to change a row that is never changed, and
-- one that forbids it would keep people for ever. The id alone says nothing about a person who is gone.
create table audit_logs (
    id uuid not null default uuid_v7(),
    log_number bigint not null default nextval('audit_log_numbers'),
    created_at timestamptz not null default clock_timestamp(),
    user_id uuid,
    acted_as text not null,
    login text not null,
    action text not null,
    entity_type text not null,
    entity_id text,
    old_values jsonb,
    new_values jsonb,
    is_success boolean not null default true,
    error_code text,
    context_id uuid,
    constraint audit_logs_pkey primary key (id, created_at),
    constraint audit_logs_action_length_check check (length(action) between 1 and 100),
    constraint audit_logs_entity_id_length_check check (length(entity_id) <= 200),
    constraint audit_logs_error_code_check check (is_success = (error_code is null) and length(error_code) = 5)
) partition by range (created_at);

-- What happened to a row, and what a person did, newest first.
create index audit_logs_entity_type_entity_id_log_number_idx on audit_logs (entity_type, entity_id, log_number);
create index audit_logs_user_id_log_number_idx on audit_logs (user_id, log_number) where user_id is not null;
-- Calls of one procedure.
create index audit_logs_action_log_number_idx
on audit_logs (action, log_number) where action not in ('insert', 'update', 'delete');
-- What failed, by whom and when; log_failure() counts there.
create index audit_logs_failures_idx on audit_logs (user_id, created_at) where not is_success;
-- The rows of a seal, which lie next to each other.
create index audit_logs_log_number_idx on audit_logs using brin (log_number) with (pages_per_range = 16);

alter table audit_logs enable row level security;

comment on table audit_logs is 'Who did what to which row, and which sensitive procedures were called; by month.';
comment on column audit_logs.id is 'Identifier.';
comment on column audit_logs.log_number is 'Rows are sealed in this order; numbers may be missing.';
comment on column audit_logs.created_at is 'When it was done, by the clock.';
comment on column audit_logs.user_id is 'The verified identity of the caller; null for nobody, as of jobs. Refers to nobody.';
comment on column audit_logs.acted_as is 'The database role that it was done in.';
comment on column audit_logs.login is 'The login of the connection.';
comment on column audit_logs.action is 'insert, update or delete of a row, or domain.procedure.';
comment on column audit_logs.entity_type is 'The table it was done to.';
comment on column audit_logs.entity_id is 'The primary key of the row; several columns are joined by slashes.';
comment on column audit_logs.old_values is 'What it was: of an update the columns that changed. Redacted.';
comment on column audit_logs.new_values is 'What it became, or what a procedure was asked for. Redacted.';
comment on column audit_logs.is_success is 'False for a call of a procedure that failed.';
comment on column audit_logs.error_code is 'The SQLSTATE it failed with.';
comment on column audit_logs.context_id is 'Where the request came from, as long as that is kept.';


-- audit_contexts: addresses and browsers are personal and expire; so they are no part of what is sealed. One row per
-- transaction that wrote something. All of it is what the application says.
create table audit_contexts (
    id uuid not null constraint audit_contexts_pkey primary key,
    user_id uuid constraint audit_contexts_user_id_fkey references users on delete cascade,
    ip_address inet,
    user_agent text,
    request_id text,
    session_id text,
    created_at timestamptz not null default now(),
    constraint audit_contexts_user_agent_length_check check (length(user_agent) <= 500),
    constraint audit_contexts_request_id_length_check check (length(request_id) <= 200),
    constraint audit_contexts_session_id_length_check check (length(session_id) <= 255)
);

create index audit_contexts_user_id_idx on audit_contexts (user_id);
create index audit_contexts_session_id_idx on audit_contexts (session_id) where session_id is not null;
-- The oldest go first.
create index audit_contexts_created_at_idx on audit_contexts using brin (created_at);

alter table audit_contexts enable row level security;

comment on table audit_contexts is 'Where audited requests came from, as the application says; kept for a while only.';
comment on column audit_contexts.id is 'Made of the transaction and its caller, so that nobody can name another''s.';
comment on column audit_contexts.user_id is 'Who asked; the row goes with the person.';
comment on column audit_contexts.ip_address is 'Address of the client; personal data.';
comment on column audit_contexts.user_agent is 'What the client calls itself.';
comment on column audit_contexts.request_id is 'The application''s name for the request, or the run of a job.';
comment on column audit_contexts.session_id is 'The session, as the application names it.';
comment on column audit_contexts.created_at is 'When the transaction began.';


-- audit_seals: each covers the rows of one partition that were numbered after one number and up to another, and carries
-- the hash of the partition's seal before it. Whoever keeps the last hash of a partition elsewhere can prove all of it.
create table audit_seals (
    seal_number bigint not null constraint audit_seals_pkey primary key,
    partition_name text not null,
    after_log_number bigint not null,
    up_to_log_number bigint not null,
    row_count bigint not null,
    rows_hash bytea not null,
    previous_hash bytea,
    seal_hash bytea not null,
    sealed_at timestamptz not null default now(),
    constraint audit_seals_range_check check (after_log_number < up_to_log_number),
    constraint audit_seals_row_count_check check (row_count > 0),
    constraint audit_seals_hash_length_check check (
        octet_length(rows_hash) = 32 and octet_length(seal_hash) = 32 and octet_length(previous_hash) = 32
    )
);

-- The last seal of a partition.
create index audit_seals_partition_name_seal_number_idx on audit_seals (partition_name, seal_number);
-- How far everything is sealed.
create index audit_seals_up_to_log_number_idx on audit_seals (up_to_log_number);

alter table audit_seals enable row level security;

comment on table audit_seals is 'Hashes over batches of audit_logs, chained per partition; kept after the partition has gone.';
comment on column audit_seals.seal_number is 'Counts the seals of the school, without a gap.';
comment on column audit_seals.partition_name is 'The partition of audit_logs whose rows it covers.';
comment on column audit_seals.after_log_number is 'It covers rows numbered above this ...';
comment on column audit_seals.up_to_log_number is '... and up to this.';
comment on column audit_seals.row_count is 'How many rows.';
comment on column audit_seals.rows_hash is 'SHA-256 over the SHA-256 of each row, in the order of their numbers.';
comment on column audit_seals.previous_hash is 'The hash of the partition''s seal before; null for its first.';
comment on column audit_seals.seal_hash is 'SHA-256 over all the columns above and when it was sealed.';
comment on column audit_seals.sealed_at is 'When it was sealed.';


-- audit_watermark: what seal_audit_logs() goes by: once no transaction is running that is older than this one, every
-- row up to this number is there to see. Its one row is also what two sealers queue on.
create table audit_watermark (
    is_only boolean not null default true constraint audit_watermark_pkey primary key,
    log_number bigint,
    transaction_id xid8,
    constraint audit_watermark_is_only_check check (is_only)
);

alter table audit_watermark enable row level security;

comment on table audit_watermark is 'One row: up to where audit_logs can be sealed next, and when.';
comment on column audit_watermark.is_only is 'True: there is one row.';
comment on column audit_watermark.log_number is 'All numbers up to this had been taken ...';
comment on column audit_watermark.transaction_id is '... when this transaction began.';

insert into audit_watermark (is_only) values (true);
