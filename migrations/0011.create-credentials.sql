-- credentials: certificates of completed courses, and their tokens on a blockchain.
-- depends: 0010.create-chain

-- certificates: what a person can show for a course: as they and the course were called then. A certificate never changes. It
-- is revoked, and another may take its place; the same enrolment may therefore have several, of which one at most is valid.
create table certificates (
    id uuid not null default uuid_v7() constraint certificates_pkey primary key,
    enrollment_id uuid not null,
    user_id uuid not null constraint certificates_user_id_fkey references users,
    course_id uuid not null constraint certificates_course_id_fkey references courses,
    certificate_number text not null constraint certificates_certificate_number_key unique,
    verification_code text not null constraint certificates_verification_code_key unique,
    recipient_name text not null,
    course_title text not null,
    completed_at timestamptz not null,
    issued_at timestamptz not null default now(),
    issued_by uuid constraint certificates_issued_by_fkey references users,
    replaces_id uuid constraint certificates_replaces_id_key unique,
    pdf_path text,
    is_revoked boolean not null generated always as (revoked_at is not null) stored,
    revoked_at timestamptz,
    revoked_by uuid constraint certificates_revoked_by_fkey references users,
    revocation_reason text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint certificates_enrollment_id_fkey foreign key (enrollment_id, user_id, course_id)
    references enrollments (id, user_id, course_id),
    -- The target of nft_certificates, which repeats person and course.
    constraint certificates_id_user_id_course_id_key unique (id, user_id, course_id),
    constraint certificates_enrollment_id_id_key unique (enrollment_id, id),
    -- One takes the place of another of the same enrolment.
    constraint certificates_replaces_id_fkey foreign key (enrollment_id, replaces_id)
    references certificates (enrollment_id, id),
    constraint certificates_certificate_number_format_check
    check (certificate_number ~ '^[0-9]{4}(-[0-9A-F]{4}){4}$'),
    constraint certificates_verification_code_format_check check (verification_code ~ '^[0-9a-f]{40}$'),
    constraint certificates_recipient_name_length_check check (length(recipient_name) between 1 and 255),
    constraint certificates_course_title_length_check check (length(course_title) between 1 and 500),
    constraint certificates_pdf_path_length_check check (length(pdf_path) between 1 and 1000),
    constraint certificates_revoked_check check (
        (revoked_at is null) = (revocation_reason is null)
        and (revoked_at is not null or revoked_by is null)
        and length(revocation_reason) between 1 and 500
    )
);

-- The rule: one valid certificate per enrolment. A plain unique key would forbid to replace one.
create unique index certificates_enrollment_id_key on certificates (enrollment_id) where revoked_at is null;
create index certificates_enrollment_id_replaces_id_idx on certificates (enrollment_id, replaces_id);
-- A person's, newest first; a course's, in the order they were issued.
create index certificates_user_id_issued_at_idx on certificates (user_id, issued_at desc);
create index certificates_course_id_issued_at_idx on certificates (course_id, issued_at);
create index certificates_issued_by_idx on certificates (issued_by) where issued_by is not null;
create index certificates_revoked_by_idx on certificates (revoked_by) where revoked_by is not null;

alter table certificates enable row level security;

comment on table certificates is 'Certificates of completed courses.';
comment on column certificates.id is 'Identifier.';
comment on column certificates.enrollment_id is 'The enrolment that was completed.';
comment on column certificates.user_id is 'Who completed it.';
comment on column certificates.course_id is 'Which course.';
comment on column certificates.certificate_number is 'The number printed on it: the year and 64 random bits; it proves nothing.';
comment on column certificates.verification_code is 'What verify_certificate() takes: 160 bits that nobody can guess.';
comment on column certificates.recipient_name is 'The person''s name when it was issued.';
comment on column certificates.course_title is 'The course''s title when it was completed.';
comment on column certificates.completed_at is 'When the course was completed.';
comment on column certificates.issued_at is 'When it was issued.';
comment on column certificates.issued_by is 'Who issued it; null if the completion did.';
comment on column certificates.replaces_id is 'The revoked certificate whose place it took.';
comment on column certificates.pdf_path is 'Where the back end keeps it as PDF.';
comment on column certificates.is_revoked is 'Whether it is valid no more.';
comment on column certificates.revoked_at is 'When it was revoked.';
comment on column certificates.revoked_by is 'Who revoked it.';
comment on column certificates.revocation_reason is 'Why; its holder reads it, nobody who verifies.';
comment on column certificates.created_at is 'When the row was made.';
comment on column certificates.updated_at is 'When it was last changed.';


-- What issue_missing_certificates() queues on.
insert into write_guards (name) values ('issue_missing_certificates');


-- nft_certificates: certificates as tokens. Title, number, code and date are those of the certificate, which outlives the
-- course; the state is that of the transaction that mints it.
create table nft_certificates (
    id uuid not null default uuid_v7() constraint nft_certificates_pkey primary key,
    certificate_id uuid not null,
    user_id uuid not null constraint nft_certificates_user_id_fkey references users,
    course_id uuid not null constraint nft_certificates_course_id_fkey references courses,
    transaction_id uuid not null constraint nft_certificates_transaction_id_key unique
    constraint nft_certificates_transaction_id_fkey references chain_transactions,
    chain text not null,
    network text not null,
    collection_id text not null,
    token_id text,
    serial_number bigint,
    metadata jsonb not null,
    metadata_uri text,
    status text not null default 'pending',
    minted_at timestamptz,
    issued_at timestamptz not null default now(),
    constraint nft_certificates_certificate_id_fkey foreign key (certificate_id, user_id, course_id)
    references certificates (id, user_id, course_id),
    constraint nft_certificates_collection_id_length_check check (length(collection_id) between 1 and 100),
    constraint nft_certificates_token_id_length_check check (length(token_id) between 1 and 100),
    constraint nft_certificates_serial_number_check check (serial_number > 0),
    constraint nft_certificates_metadata_uri_format_check
    check (metadata_uri ~ '^(https|ipfs|ar|hcs)://[^[:space:]]+$' and length(metadata_uri) <= 1000),
    constraint nft_certificates_status_check check (status in ('pending', 'submitted', 'minted', 'failed')),
    constraint nft_certificates_minted_at_check check ((status = 'minted') = (minted_at is not null))
);

-- A certificate is one token; what failed may be tried again.
create unique index nft_certificates_certificate_id_key on nft_certificates (certificate_id) where status <> 'failed';
create index nft_certificates_certificate_id_idx on nft_certificates (certificate_id, user_id, course_id);
-- A token is one certificate. Hedera counts serials in a token, other chains name each token.
create unique index nft_certificates_token_key
on nft_certificates (chain, network, collection_id, token_id, serial_number) nulls not distinct
where token_id is not null and status <> 'failed';
create index nft_certificates_user_id_idx on nft_certificates (user_id);
create index nft_certificates_course_id_idx on nft_certificates (course_id);

alter table nft_certificates enable row level security;

comment on table nft_certificates is 'Certificates as tokens on a blockchain.';
comment on column nft_certificates.id is 'Identifier.';
comment on column nft_certificates.certificate_id is 'The certificate.';
comment on column nft_certificates.user_id is 'Whose it is.';
comment on column nft_certificates.course_id is 'Of which course, which may be deleted since.';
comment on column nft_certificates.transaction_id is 'The transaction that mints it.';
comment on column nft_certificates.chain is 'solana, evm or hedera.';
comment on column nft_certificates.network is 'Which network of the chain.';
comment on column nft_certificates.collection_id is 'Collection, contract or token class it belongs to.';
comment on column nft_certificates.token_id is 'What the chain calls it.';
comment on column nft_certificates.serial_number is 'Which of the tokens of that name, on Hedera.';
comment on column nft_certificates.metadata is 'What the token says, as it was minted; not the name of its holder.';
comment on column nft_certificates.metadata_uri is 'Where that is published.';
comment on column nft_certificates.status is 'pending, submitted, minted or failed, as its transaction is.';
comment on column nft_certificates.minted_at is 'When the chain had confirmed it.';
comment on column nft_certificates.issued_at is 'When it was asked for.';
