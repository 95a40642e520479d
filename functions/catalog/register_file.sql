-- register_file: what is known of a file whose bytes the application has put into a store. It is the caller's.
--
-- The first name of its place in the store is the caller's own id ("<id>/2026/notes.pdf"): so nobody claims the bytes of
-- another, nobody learns which places are taken, and all that a person has is found in one place when they go. A place is used
-- once for all. A person holds a limited number of files (setting files.max_per_person), of a limited size
-- (files.max_megabytes).
--
-- called by  learners, instructors, administrators
-- requires   require_user, check_file_values, claim_idempotency_key, bump_stats, setting, store_reply
-- errors     PA401, PA403 from require_user · PA409 a place that is taken, as many as one may hold, key used for another request ·
--            PA422 no name, address, place or size, or one of no use; a place that is not the caller's
create or replace function register_file(
    p_filename text,
    p_file_url text,
    p_storage_path text,
    p_file_size bigint,
    p_original_filename text default null,
    p_mime_type text default null,
    p_file_type text default null,
    p_folder text default null,
    p_storage_provider text default 'local',
    p_is_public boolean default false,
    p_idempotency_key text default null
)
returns uuid
language plpgsql
volatile
security definer -- inserts into uploaded_files, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_now timestamptz := now();
    v_max integer := coalesce((setting(p_key => 'files.max_per_person') #>> '{}')::integer, 1000);
    v_reply jsonb;
    v_file_id uuid;
begin
    if num_nulls(p_filename, p_file_url, p_storage_path, p_file_size, p_storage_provider, p_is_public) > 0 then
        raise exception 'a file has a name, an address, a place and a size'
            using errcode = 'PA422',
                detail = format(
                    'filename = %s, file_url = %s, storage_provider = %s, storage_path = %s, file_size = %s, is_public = %s',
                    coalesce(left(p_filename, 100), 'null'), coalesce(left(p_file_url, 100), 'null'),
                    coalesce(left(p_storage_provider, 20), 'null'), coalesce(left(p_storage_path, 100), 'null'),
                    coalesce(p_file_size::text, 'null'), coalesce(p_is_public::text, 'null')
                ),
                hint = 'Give all four; leave out what has a default.';
    end if;

    perform check_file_values(
        p_filename => p_filename, p_original_filename => p_original_filename, p_file_url => p_file_url,
        p_storage_provider => p_storage_provider, p_storage_path => p_storage_path, p_file_type => p_file_type,
        p_mime_type => p_mime_type, p_file_size => p_file_size, p_folder => p_folder
    );

    if not starts_with(p_storage_path, v_user_id::text || '/') then
        raise exception 'this place in the store is not the caller''s'
            using errcode = 'PA422', detail = format('storage_path = %s', left(p_storage_path, 200)),
                hint = format('Put it beneath %s/.', v_user_id);
    end if;

    v_reply := claim_idempotency_key(
        p_actor => v_user_id::text,
        p_procedure => 'register_file',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'filename', p_filename, 'file_url', p_file_url, 'storage_path', p_storage_path, 'file_size', p_file_size,
            'original_filename', p_original_filename, 'mime_type', p_mime_type, 'file_type', p_file_type,
            'folder', p_folder, 'storage_provider', p_storage_provider, 'is_public', p_is_public
        )
    );

    if v_reply is not null then
        return (v_reply #>> '{}')::uuid;
    end if;

    -- Their row of counters is what the uploads of one person queue on: it is written before the look.
    perform bump_stats(p_user_id => v_user_id);

    if (select count(*) from uploaded_files as f where f.user_id = v_user_id and f.deleted_at is null) >= v_max then
        raise exception 'these are as many files as one person may hold'
            using errcode = 'PA409', detail = format('limit = %s', v_max), hint = 'Remove one first.';
    end if;

    insert into uploaded_files (
        user_id, filename, original_filename, file_url, storage_provider, storage_path, file_type, mime_type, file_size,
        folder, is_public, created_at
    )
    values (
        v_user_id, p_filename, coalesce(p_original_filename, p_filename), p_file_url, p_storage_provider,
        p_storage_path, p_file_type, p_mime_type, p_file_size, p_folder, p_is_public, v_now
    )
    on conflict (storage_provider, storage_path) do nothing
    returning id into v_file_id;

    if not found then
        raise exception 'this place in the store is taken'
            using errcode = 'PA409', detail = format('%s: %s', p_storage_provider, left(p_storage_path, 200)),
                hint = 'Take a new one for each file, also after one was removed.';
    end if;

    perform store_reply(
        p_actor => v_user_id::text, p_procedure => 'register_file', p_key => p_idempotency_key,
        p_reply => to_jsonb(v_file_id)
    );

    return v_file_id;
end;
$$;

comment on function register_file is 'Registers a file of the caller''s whose bytes are in a store; returns its id.';
revoke all on function register_file from public;
grant execute on function register_file to pgacademy_student, pgacademy_instructor, pgacademy_admin;
