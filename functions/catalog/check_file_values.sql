-- check_file_values: what people get wrong about a file, in words they can use, and how large it may be.
--
-- Null is not looked at. The size has a limit (setting files.max_megabytes).
--
-- called by  register_file, update_file
-- requires   setting; is_storage_path, is_web_address
-- errors     PA422 a name, address, place, type, folder or size
create or replace function check_file_values(
    p_filename text default null,
    p_original_filename text default null,
    p_file_url text default null,
    p_storage_provider text default null,
    p_storage_path text default null,
    p_file_type text default null,
    p_mime_type text default null,
    p_file_size bigint default null,
    p_folder text default null
)
returns void
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_field text;
    v_value text;
    v_hint text;
    v_max_megabytes integer := coalesce((setting(p_key => 'files.max_megabytes') #>> '{}')::integer, 100);
begin
    select r.field, r.value, r.hint
    into v_field, v_value, v_hint
    from (
        values
        (
            'filename', p_filename,
            length(p_filename) <= 500 and is_storage_path(p_filename) and strpos(p_filename, '/') = 0,
            'Give it 1 to 500 characters: a name without slashes.'
        ),
        (
            'original_filename', p_original_filename,
            length(p_original_filename) <= 500
            and is_storage_path(p_original_filename)
            and strpos(p_original_filename, '/') = 0,
            'Give it 1 to 500 characters: a name without slashes.'
        ),
        (
            'file_url', p_file_url, length(p_file_url) between 1 and 1000 and is_web_address(p_file_url),
            'Use an http or https address, or a path of the application, of up to 1000 characters.'
        ),
        ('storage_provider', p_storage_provider, p_storage_provider in ('local', 's3'), 'Use local or s3.'),
        (
            'storage_path', p_storage_path, octet_length(p_storage_path) <= 1024 and is_storage_path(p_storage_path),
            'Use names with slashes between them, from the root of the store on, of up to 1024 bytes.'
        ),
        (
            'file_type', p_file_type, p_file_type ~ '^[a-z0-9][a-z0-9._+-]{0,99}$',
            'Give it one lower-case word, such as image, of up to 100 characters.'
        ),
        (
            'mime_type', p_mime_type, length(p_mime_type) <= 100 and p_mime_type ~ '^[a-z]+/[a-zA-Z0-9.+-]+$',
            'Use a media type such as application/pdf, without parameters.'
        ),
        (
            'folder', p_folder, length(p_folder) <= 255 and is_storage_path(p_folder),
            'Use names with slashes between them, of up to 255 characters.'
        ),
        (
            'file_size', p_file_size::text, p_file_size >= 0 and p_file_size <= v_max_megabytes * 1048576::bigint,
            format('Files have 0 to %s megabytes, told in bytes.', v_max_megabytes)
        )
    ) as r (field, value, is_right, hint)
    where not r.is_right
    limit 1;

    if found then
        raise exception 'a file cannot have this %', v_field
            using errcode = 'PA422', detail = format('%s = %s', v_field, left(v_value, 200)), hint = v_hint;
    end if;
end;
$$;

comment on function check_file_values is 'Internal: refuses what a file cannot be called, where it cannot be, and what is too large.';
-- Granted to nobody: part of procedures.
revoke all on function check_file_values from public;
