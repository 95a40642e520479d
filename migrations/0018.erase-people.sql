-- operations: people can be erased: their row stays, for what refers to it, and says no more who they were. And they take
-- their data with them.
-- depends: 0017.create-study

alter table users add column erased_at timestamptz;

comment on column users.erased_at is 'When the person was erased: the row says no more who they were.';

-- Whoever is still writing to the row while the person is erased meets this when they come to it.
alter table users add constraint users_erased_check check (
    erased_at is null
    or (
        deleted_at is not null
        and not is_active
        and num_nonnulls(
            email, username, full_name, first_name, last_name, avatar_url, avatar_emoji, bio, phone_number
        ) = 0
        and preferences = '{}'
        and metadata = '{}'
    )
) not valid;


-- erasures: how far the erasure of a person has come, so that it goes on where it stopped.
create table erasures (
    user_id uuid not null constraint erasures_pkey primary key
    constraint erasures_user_id_fkey references users,
    keeps_certificates boolean not null,
    step text not null default 'closed',
    requested_at timestamptz not null default now(),
    stepped_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint erasures_step_check check (step in ('closed', 'quiet', 'erased')),
    constraint erasures_finished_at_check check ((step = 'erased') = (finished_at is not null))
);

-- What has still to be gone on with.
create index erasures_open_idx on erasures (requested_at) where finished_at is null;

alter table erasures enable row level security;

comment on table erasures is 'The erasure of a person, step by step.';
comment on column erasures.user_id is 'The person.';
comment on column erasures.keeps_certificates is 'Whether their certificates go on naming them, as they chose.';
comment on column erasures.step is
'closed: nobody can act as the person any more; quiet: nobody who could is still doing so; erased: nothing is left.';
comment on column erasures.requested_at is 'When it began.';
comment on column erasures.stepped_at is 'When the last step was taken: each is a transaction of its own.';
comment on column erasures.finished_at is 'When nothing was left.';


-- data_exports: when people last took their data with them: it costs more than other calls, and is made once in a while.
create table data_exports (
    user_id uuid not null constraint data_exports_pkey primary key
    constraint data_exports_user_id_fkey references users,
    exported_at timestamptz not null default now(),
    export_count integer not null default 1,
    constraint data_exports_export_count_check check (export_count > 0)
);

alter table data_exports enable row level security;

comment on table data_exports is 'When a person last exported their data.';
comment on column data_exports.user_id is 'The person.';
comment on column data_exports.exported_at is 'When they last did.';
comment on column data_exports.export_count is 'How often they have.';
