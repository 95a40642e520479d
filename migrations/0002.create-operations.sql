-- operations: settings, idempotency keys, job runs.
-- depends: 0001.create-foundation

-- platform_settings: what an operator may change without a deployment (rewards, time zone of the week, ...).
create table platform_settings (
    setting_key text constraint platform_settings_pkey primary key,
    setting_value jsonb not null,
    description text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint platform_settings_setting_key_format_check
    check (setting_key ~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$' and length(setting_key) <= 100)
);

alter table platform_settings enable row level security;

comment on table platform_settings is 'Operator settings of this school, read through setting().';
comment on column platform_settings.setting_key is 'Dotted name, for example xp.lesson.';
comment on column platform_settings.setting_value is 'The value; its type is the one the reference seed gives it.';
comment on column platform_settings.description is 'What the setting does, and its unit.';
comment on column platform_settings.created_at is 'When the row was made.';
comment on column platform_settings.updated_at is 'When the row was last changed.';


-- idempotency_keys: one effect per key. The key is claimed in the same transaction as the effect, so a repeated call
-- either waits for the first one and gets its reply, or finds it there.
create table idempotency_keys (
    actor text not null,
    procedure text not null,
    key text not null,
    request_hash bytea not null,
    reply jsonb,
    created_at timestamptz not null default now(),
    constraint idempotency_keys_pkey primary key (actor, procedure, key),
    constraint idempotency_keys_key_length_check check (octet_length(key) between 1 and 200),
    constraint idempotency_keys_request_hash_length_check check (octet_length(request_hash) = 32)
);

-- Keys are purged by age.
create index idempotency_keys_created_at_idx on idempotency_keys using brin (created_at);

alter table idempotency_keys enable row level security;

comment on table idempotency_keys is 'Replies by actor, procedure and caller-chosen key; kept 30 days.';
comment on column idempotency_keys.actor is 'The person''s id, or the role of a back-end job.';
comment on column idempotency_keys.procedure is 'The procedure that was called.';
comment on column idempotency_keys.key is 'Chosen by the caller, 1 to 200 bytes.';
comment on column idempotency_keys.request_hash is 'SHA-256 of the arguments: the same key with others is refused.';
comment on column idempotency_keys.reply is 'What the first call returned, and every repetition returns again.';
comment on column idempotency_keys.created_at is 'When the key was claimed.';


-- job_runs: what the scheduled jobs did and when.
create table job_runs (
    id uuid not null default uuid_v7() constraint job_runs_pkey primary key,
    job text not null,
    status text not null default 'running',
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    detail jsonb not null default '{}',
    constraint job_runs_job_length_check check (length(job) between 1 and 100),
    constraint job_runs_status_check check (status in ('running', 'succeeded', 'failed')),
    constraint job_runs_finished_check check ((status = 'running') = (finished_at is null))
);

-- "When did this job last run, and how did it end?"
create index job_runs_job_started_at_idx on job_runs (job, started_at desc);

alter table job_runs enable row level security;

comment on table job_runs is 'One row per run of a scheduled job.';
comment on column job_runs.id is 'Identifier.';
comment on column job_runs.job is 'The name of the job, usually of the procedure it calls.';
comment on column job_runs.status is 'running, succeeded or failed.';
comment on column job_runs.started_at is 'When it began.';
comment on column job_runs.finished_at is 'When it ended; null while it runs.';
comment on column job_runs.detail is 'What it did: counts, or the error.';
