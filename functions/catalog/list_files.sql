-- list_files: the caller's own files, a page at a time, newest first; of one folder or type, if asked for.
--
-- For the next page, p_after is the file_id of the last row seen; if that file has been removed in between, begin again.
-- A folder is that very one, without those in it. What others have made public is in the table uploaded_files.
--
-- called by  learners, instructors, administrators
-- requires   require_user, require_limit
-- errors     PA401, PA403 from require_user · PA404 no file of the caller's in p_after · PA422 p_limit not 1 to 100
create or replace function list_files(
    p_folder text default null,
    p_file_type text default null,
    p_limit integer default 20,
    p_after uuid default null
)
returns table (
    file_id uuid,
    filename text,
    original_filename text,
    file_url text,
    storage_provider text,
    storage_path text,
    file_type text,
    mime_type text,
    file_size bigint,
    folder text,
    is_public boolean,
    withheld_at timestamptz,
    created_at timestamptz,
    updated_at timestamptz
)
language plpgsql
stable
security definer -- shows the columns of one's own files that nobody reads of others'
set search_path from current
set plan_cache_mode = force_custom_plan -- a filter that is not given must not be planned as if it were
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_created_at timestamptz;
begin
    perform require_limit(p_limit => p_limit, p_max => 100);

    if p_after is not null then
        select f.created_at
        into v_created_at
        from uploaded_files as f
        where f.id = p_after and f.user_id = v_user_id and f.deleted_at is null;

        if not found then
            raise exception 'there is no such file to go on after'
                using errcode = 'PA404', detail = format('after = %s', p_after),
                    hint = 'Give the file_id of the last row of the page before; begin again if it was removed.';
        end if;
    end if;

    return query
    select
        f.id, f.filename, f.original_filename, f.file_url, f.storage_provider, f.storage_path, f.file_type, f.mime_type,
        f.file_size, f.folder, f.is_public, f.withheld_at, f.created_at, f.updated_at
    from uploaded_files as f
    where
        f.user_id = v_user_id
        and f.deleted_at is null
        and (p_folder is null or f.folder = p_folder)
        and (p_file_type is null or f.file_type = p_file_type)
        and (p_after is null or (f.created_at, f.id) < (v_created_at, p_after))
    order by f.created_at desc, f.id desc
    limit p_limit;
end;
$$;

comment on function list_files is 'The caller''s own files, newest first, a page at a time.';
revoke all on function list_files from public;
grant execute on function list_files to pgacademy_student, pgacademy_instructor, pgacademy_admin;
