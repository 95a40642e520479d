-- identity: people, what others may see of them, their settings and secrets, wallets, sessions, signing keys.
-- depends: 0002.create-operations

-- users: one row per person, superset of the documents' user tables. What the system counts about a person lives in
-- user_stats, what nobody may read in user_secrets, what they prefer in user_settings.
create table users (
    id uuid not null default uuid_v7() constraint users_pkey primary key,
    email text,
    username text,
    full_name text,
    first_name text,
    last_name text,
    avatar_url text,
    avatar_emoji text,
    bio text,
    phone_number text,
    role text not null default 'student',
    is_approved boolean not null default false,
    academic_level text not null default 'beginner',
    preferences jsonb not null default '{}',
    metadata jsonb not null default '{}',
    is_active boolean not null default true,
    email_verified boolean not null default false,
    show_on_leaderboard boolean not null default true,
    last_login_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    -- A person without an email can still be told apart by a username; an erased one has neither.
    constraint users_reachable_check check (email is not null or username is not null or deleted_at is not null),
    constraint users_email_format_check check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 255),
    constraint users_username_format_check check (username ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}$'),
    constraint users_full_name_length_check check (length(full_name) <= 255),
    constraint users_first_name_length_check check (length(first_name) <= 100),
    constraint users_last_name_length_check check (length(last_name) <= 100),
    constraint users_avatar_url_length_check check (length(avatar_url) <= 500),
    constraint users_avatar_emoji_length_check check (length(avatar_emoji) <= 16),
    constraint users_bio_length_check check (length(bio) <= 5000),
    constraint users_phone_number_length_check check (length(phone_number) <= 20),
    constraint users_role_check check (role in ('student', 'instructor', 'admin')),
    constraint users_academic_level_length_check check (length(academic_level) between 1 and 20),
    constraint users_preferences_object_check check (jsonb_typeof(preferences) = 'object'),
    constraint users_metadata_object_check check (jsonb_typeof(metadata) = 'object'),
    constraint users_preferences_length_check check (octet_length(preferences::text) <= 65536),
    constraint users_metadata_length_check check (octet_length(metadata::text) <= 65536)
);

-- Unique among the living, whatever the case: an erased person's address can register again.
create unique index users_email_key on users (lower(email)) where deleted_at is null;
-- A handle is public and never handed to someone else.
create unique index users_username_key on users (lower(username));
-- Growth by month, newest people first.
create index users_created_at_idx on users (created_at);
-- The queue of instructors who wait for approval.
create index users_awaiting_approval_idx on users (created_at)
where role = 'instructor' and not is_approved and deleted_at is null;

alter table users enable row level security;

comment on table users is 'People: learners, instructors and administrators.';
comment on column users.id is 'Identifier.';
comment on column users.email is 'Login address; unique among the living, case-insensitively; null for wallet-only or imported people.';
comment on column users.username is 'Public handle; unique, case-insensitively, for ever.';
comment on column users.full_name is 'Name as the person writes it.';
comment on column users.first_name is 'Given name.';
comment on column users.last_name is 'Family name.';
comment on column users.avatar_url is 'Address of the profile picture.';
comment on column users.avatar_emoji is 'Emoji shown where there is no picture.';
comment on column users.bio is 'About the person, written by the person.';
comment on column users.phone_number is 'Telephone number; personal data.';
comment on column users.role is 'student, instructor or admin: the highest role this person may act in.';
comment on column users.is_approved is 'Whether an instructor may publish.';
comment on column users.academic_level is 'Where the learner stands, by default beginner.';
comment on column users.preferences is 'Accessibility and privacy choices.';
comment on column users.metadata is 'What an application or an import keeps about a person.';
comment on column users.is_active is 'False for a deactivated account.';
comment on column users.email_verified is 'Whether the address was proven.';
comment on column users.show_on_leaderboard is 'False for people who opted out of rankings.';
comment on column users.last_login_at is 'When a session was last opened.';
comment on column users.created_at is 'When the person registered.';
comment on column users.updated_at is 'When the row was last changed.';
comment on column users.deleted_at is 'When the account was deleted; null for the living.';


-- public_profiles: all that people may know of each other. Kept by trigger from users and preferences.privacy, so that
-- no query about other people ever touches users.
create table public_profiles (
    user_id uuid not null constraint public_profiles_pkey primary key
    constraint public_profiles_user_id_fkey references users on delete cascade,
    username text,
    full_name text,
    avatar_url text,
    avatar_emoji text,
    bio text,
    updated_at timestamptz not null default now()
);

alter table public_profiles enable row level security;

comment on table public_profiles is 'What other people may see of a person.';
comment on column public_profiles.user_id is 'The person.';
comment on column public_profiles.username is 'Public handle.';
comment on column public_profiles.full_name is 'Name, if the profile is public.';
comment on column public_profiles.avatar_url is 'Picture, if the profile is public.';
comment on column public_profiles.avatar_emoji is 'Emoji.';
comment on column public_profiles.bio is 'About, if the profile is public.';
comment on column public_profiles.updated_at is 'When it was last derived.';


create table user_settings (
    user_id uuid not null constraint user_settings_pkey primary key
    constraint user_settings_user_id_fkey references users on delete cascade,
    email_notifications boolean not null default true,
    push_notifications boolean not null default true,
    theme text not null default 'light',
    language text not null default 'en',
    timezone text not null default 'UTC',
    timezone_changed_at timestamptz,
    timezone_changed_on date,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint user_settings_theme_check check (theme in ('light', 'dark', 'auto')),
    constraint user_settings_language_format_check check (language ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$' and length(language) <= 10),
    constraint user_settings_timezone_format_check
    check (timezone ~ '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$' and length(timezone) <= 50),
    constraint user_settings_timezone_changed_check
    check ((timezone_changed_at is null) = (timezone_changed_on is null))
);

alter table user_settings enable row level security;

comment on table user_settings is 'Preferences of one person that the platform itself acts on.';
comment on column user_settings.user_id is 'The person.';
comment on column user_settings.email_notifications is 'Whether to notify by email.';
comment on column user_settings.push_notifications is 'Whether to notify by push.';
comment on column user_settings.theme is 'light, dark or auto.';
comment on column user_settings.language is 'BCP 47 language tag.';
comment on column user_settings.timezone is 'IANA time zone: decides the local date of streaks.';
comment on column user_settings.timezone_changed_at is 'When they last chose another time zone; null for never.';
comment on column user_settings.timezone_changed_on is
'Which day it was for them then, before the change: their calendar never goes back behind it.';
comment on column user_settings.created_at is 'When the row was made.';
comment on column user_settings.updated_at is 'When the row was last changed.';


-- user_secrets: what no application role may read. The hash leaves only through find_login(), to pgacademy_service.
create table user_secrets (
    user_id uuid not null constraint user_secrets_pkey primary key
    constraint user_secrets_user_id_fkey references users on delete cascade,
    password_hash text,
    password_changed_at timestamptz,
    constraint user_secrets_password_hash_length_check check (length(password_hash) between 20 and 255)
);

alter table user_secrets enable row level security;

comment on table user_secrets is 'Password hashes; readable by the owner alone.';
comment on column user_secrets.user_id is 'The person.';
comment on column user_secrets.password_hash is 'bcrypt or argon2 hash made by the application; null for wallet logins.';
comment on column user_secrets.password_changed_at is 'When the hash was last set.';


-- user_encrypted_fields: personal data encrypted by the library (AES-256-GCM, bound to person and field) before it is
-- sent; the key never reaches the server. Private keys of wallets are refused: nobody should hold them.
create table user_encrypted_fields (
    user_id uuid not null
    constraint user_encrypted_fields_user_id_fkey references users on delete cascade,
    field_name text not null,
    key_id text not null,
    nonce bytea not null,
    ciphertext bytea not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint user_encrypted_fields_pkey primary key (user_id, field_name),
    constraint user_encrypted_fields_field_name_format_check check (field_name ~ '^[a-z][a-z0-9_]{0,62}$'),
    constraint user_encrypted_fields_no_private_key_check check (field_name !~ '(private_?key|mnemonic|seed_?phrase)'),
    constraint user_encrypted_fields_key_id_length_check check (length(key_id) between 1 and 100),
    constraint user_encrypted_fields_nonce_length_check check (octet_length(nonce) = 12),
    constraint user_encrypted_fields_ciphertext_length_check check (octet_length(ciphertext) between 16 and 65536)
);

alter table user_encrypted_fields enable row level security;

comment on table user_encrypted_fields is 'Personal data as ciphertext; the key is never on this server.';
comment on column user_encrypted_fields.user_id is 'The person.';
comment on column user_encrypted_fields.field_name is 'Which field, for example ssn.';
comment on column user_encrypted_fields.key_id is 'Which key of the application encrypted it.';
comment on column user_encrypted_fields.nonce is 'AES-GCM nonce, 12 bytes.';
comment on column user_encrypted_fields.ciphertext is 'AES-GCM ciphertext with its 16-byte tag.';
comment on column user_encrypted_fields.created_at is 'When the row was made.';
comment on column user_encrypted_fields.updated_at is 'When the row was last changed.';


-- user_wallets: addresses people claim. Only a proven address is exclusive; otherwise anyone could lock another
-- person out of their own wallet by claiming it first.
create table user_wallets (
    id uuid not null default uuid_v7() constraint user_wallets_pkey primary key,
    user_id uuid not null constraint user_wallets_user_id_fkey references users on delete cascade,
    chain text not null,
    address text not null,
    verified_at timestamptz,
    created_at timestamptz not null default now(),
    constraint user_wallets_user_id_chain_address_key unique (user_id, chain, address),
    constraint user_wallets_chain_check check (chain in ('solana', 'evm', 'hedera')),
    constraint user_wallets_address_format_check check (
        case chain
            when 'solana' then address ~ '^[1-9A-HJ-NP-Za-km-z]{32,44}$'
            when 'evm' then address ~ '^0x[0-9a-f]{40}$'
            when 'hedera' then address ~ '^[0-9]{1,10}\.[0-9]{1,10}\.[0-9]{1,19}$'
        end
    )
);

-- Login by wallet; one owner per proven address.
create unique index user_wallets_chain_address_key on user_wallets (chain, address) where verified_at is not null;

alter table user_wallets enable row level security;

comment on table user_wallets is 'Blockchain addresses of people; exclusive once verified.';
comment on column user_wallets.id is 'Identifier.';
comment on column user_wallets.user_id is 'Who claims it.';
comment on column user_wallets.chain is 'solana, evm or hedera.';
comment on column user_wallets.address is 'Address in the chain''s own notation; EVM addresses in lower case.';
comment on column user_wallets.verified_at is 'When the owner proved it; null until then.';
comment on column user_wallets.created_at is 'When it was claimed.';


-- auth_sessions: refresh tokens and browser sessions in one. A session is a family of tokens, each replaced once; using
-- a replaced one again means it was stolen, and revokes the family. Only hashes are kept.
create table auth_sessions (
    id uuid not null default uuid_v7() constraint auth_sessions_pkey primary key,
    family_id uuid not null,
    user_id uuid not null constraint auth_sessions_user_id_fkey references users on delete cascade,
    token_hash bytea not null constraint auth_sessions_token_hash_key unique,
    token_jti text not null constraint auth_sessions_token_jti_key unique,
    ip_address inet,
    user_agent text,
    created_at timestamptz not null default now(),
    last_accessed_at timestamptz not null default now(),
    expires_at timestamptz not null,
    rotated_at timestamptz,
    revoked_at timestamptz,
    revoked_reason text,
    constraint auth_sessions_token_hash_length_check check (octet_length(token_hash) = 32),
    constraint auth_sessions_token_jti_length_check check (length(token_jti) between 8 and 255),
    constraint auth_sessions_user_agent_length_check check (length(user_agent) <= 500),
    constraint auth_sessions_expires_check check (expires_at > created_at),
    constraint auth_sessions_revoked_reason_check
    check (revoked_reason in ('logout', 'rotated_token_reused', 'deactivated', 'administrator', 'password_changed'))
);

create index auth_sessions_user_id_idx on auth_sessions (user_id);
-- Revoking a family.
create index auth_sessions_family_id_idx on auth_sessions (family_id);
-- Removing the expired.
create index auth_sessions_expires_at_idx on auth_sessions (expires_at);

alter table auth_sessions enable row level security;

comment on table auth_sessions is 'Login sessions: one row per refresh token, as a SHA-256 hash.';
comment on column auth_sessions.id is 'Identifier.';
comment on column auth_sessions.family_id is 'The login this token descends from.';
comment on column auth_sessions.user_id is 'Whose session.';
comment on column auth_sessions.token_hash is 'SHA-256 of the token.';
comment on column auth_sessions.token_jti is 'The token''s own public identifier.';
comment on column auth_sessions.ip_address is 'Where it was opened from.';
comment on column auth_sessions.user_agent is 'With what.';
comment on column auth_sessions.created_at is 'When this token was issued.';
comment on column auth_sessions.last_accessed_at is 'When it was last used.';
comment on column auth_sessions.expires_at is 'When it stops to work.';
comment on column auth_sessions.rotated_at is 'When it was replaced by its successor.';
comment on column auth_sessions.revoked_at is 'When it was revoked.';
comment on column auth_sessions.revoked_reason is 'logout, rotated_token_reused, deactivated, administrator or password_changed.';


-- signing_keys: with a row here, only signed tokens say who is calling. The two padded keys of HMAC (RFC 2104) are kept
-- instead of the key, so that a check is two SHA-256 calls. Nobody but the owner reads it.
create table signing_keys (
    key_id text not null constraint signing_keys_pkey primary key,
    inner_pad bytea not null,
    outer_pad bytea not null,
    created_at timestamptz not null default now(),
    retired_at timestamptz,
    constraint signing_keys_key_id_format_check check (key_id ~ '^[A-Za-z0-9_-]{1,40}$'),
    constraint signing_keys_inner_pad_length_check check (octet_length(inner_pad) = 64),
    constraint signing_keys_outer_pad_length_check check (octet_length(outer_pad) = 64)
);

alter table signing_keys enable row level security;

comment on table signing_keys is 'HMAC-SHA256 keys that identity tokens are signed with.';
comment on column signing_keys.key_id is 'Names the key in a token.';
comment on column signing_keys.inner_pad is 'Key xor 0x36, 64 bytes.';
comment on column signing_keys.outer_pad is 'Key xor 0x5c, 64 bytes.';
comment on column signing_keys.created_at is 'When the key was added.';
comment on column signing_keys.retired_at is 'When its tokens stopped to be accepted; null while in use.';


-- There is always an administrator: whoever takes the role from one updates this row first.
insert into write_guards (name) values ('last_admin');
