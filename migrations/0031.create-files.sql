-- catalog: the files that people upload.
-- depends: 0030.correct-username-comment

-- is_storage_path: does this name a place beneath the root of a store, and nothing beside or above it?
--
-- One or more names with slashes between them: no slash before or after, no name that is empty, "." or "..", no
-- backslash, which is a slash elsewhere, and no control character.
create function is_storage_path(p_path text)
returns boolean
language sql
immutable
parallel safe
security invoker
begin atomic
    select
        p_path ~ '^[^/[:cntrl:]]+(/[^/[:cntrl:]]+)*$'
        and p_path !~ '(^|/)[.]{1,2}(/|$)'
        and strpos(p_path, E'\\') = 0;
end;

comment on function is_storage_path is
'Internal: whether this names a place beneath the root of a store, nothing beside or above it.';
-- Granted to nobody: the columns that it checks are written by procedures.
revoke all on function is_storage_path from public;

-- uploaded_files: what is known of a file; the bytes are in a store. Nothing refers to it: materials of lessons, answers to
-- exercises and study materials name their files in documents and addresses of their own, which may lie elsewhere.
create table uploaded_files (
    id uuid not null default uuid_v7() constraint uploaded_files_pkey primary key,
    user_id uuid not null constraint uploaded_files_user_id_fkey references users,
    filename text not null,
    original_filename text not null,
    file_url text not null,
    storage_provider text not null default 'local',
    storage_path text not null,
    file_type text,
    mime_type text,
    file_size bigint not null,
    folder text,
    is_public boolean not null default false,
    withheld_at timestamptz,
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- Removed files too: whoever clears their bytes away late must not hit another's.
    constraint uploaded_files_storage_provider_storage_path_key unique (storage_provider, storage_path),
    constraint uploaded_files_filename_format_check
    check (length(filename) <= 500 and is_storage_path(filename) and strpos(filename, '/') = 0),
    constraint uploaded_files_original_filename_format_check check (
        length(original_filename) <= 500 and is_storage_path(original_filename) and strpos(original_filename, '/') = 0
    ),
    constraint uploaded_files_file_url_check
    check (length(file_url) between 1 and 1000 and is_web_address(file_url)),
    constraint uploaded_files_storage_provider_check check (storage_provider in ('local', 's3')),
    -- Bytes: it is part of a key, here as in S3.
    constraint uploaded_files_storage_path_format_check
    check (octet_length(storage_path) <= 1024 and is_storage_path(storage_path)),
    constraint uploaded_files_file_type_format_check check (file_type ~ '^[a-z0-9][a-z0-9._+-]{0,99}$'),
    constraint uploaded_files_mime_type_format_check
    check (length(mime_type) <= 100 and mime_type ~ '^[a-z]+/[a-zA-Z0-9.+-]+$'),
    -- At most what a store takes as one object: 5 TiB.
    constraint uploaded_files_file_size_check check (file_size between 0 and 5497558138880),
    constraint uploaded_files_folder_format_check check (length(folder) <= 255 and is_storage_path(folder)),
    constraint uploaded_files_withheld_check check (withheld_at is null or not is_public)
);

-- A person's own, newest last; of one folder, of one type.
create index uploaded_files_user_id_created_at_id_idx on uploaded_files (user_id, created_at, id);
create index uploaded_files_user_id_folder_created_at_id_idx on uploaded_files (user_id, folder, created_at, id);
create index uploaded_files_user_id_file_type_created_at_id_idx on uploaded_files (user_id, file_type, created_at, id);

alter table uploaded_files enable row level security;

comment on table uploaded_files is 'Files that people uploaded: what they are and where their bytes are.';
comment on column uploaded_files.id is 'Identifier.';
comment on column uploaded_files.user_id is 'Who uploaded it.';
comment on column uploaded_files.filename is 'What it is called: one name, no path. Plain text: whoever shows it must escape it.';
comment on column uploaded_files.original_filename is 'What it was called where it came from. For its owner alone.';
comment on column uploaded_files.file_url is 'Where it is fetched: an http or https address, or a path of the application.';
comment on column uploaded_files.storage_provider is 'The store that has its bytes: local or s3.';
comment on column uploaded_files.storage_path is 'Its place beneath the root of the store, in use once for all. For its owner alone.';
comment on column uploaded_files.file_type is 'What kind of file: image, document, ...: a lower-case name.';
comment on column uploaded_files.mime_type is 'Its media type, as the uploader said: nobody has looked.';
comment on column uploaded_files.file_size is 'Bytes, as the uploader said.';
comment on column uploaded_files.folder is 'Where its owner keeps it: names with slashes between them. For its owner alone.';
comment on column uploaded_files.is_public is 'Whether everybody sees it.';
comment on column uploaded_files.withheld_at is 'When an administrator hid it; only an administrator shows it again.';
comment on column uploaded_files.deleted_at is 'When it was removed; the row stays until the person goes.';
comment on column uploaded_files.created_at is 'When it was registered.';
comment on column uploaded_files.updated_at is 'When the row was last changed.';
