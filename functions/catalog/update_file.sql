-- update_file: change what is given, leave the rest. Null means unchanged; what shall go is named in p_clear.
--
-- What was uploaded stays what it was: its place, its address, its size and what it was called at home do not change.
--
-- called by  learners, instructors, administrators
-- requires   require_own_file, check_clear, check_file_values
-- errors     PA401, PA403 from require_user · PA404 no such file of the caller's · PA422 a value of no use; unknown name in
--            p_clear, or given as well
create or replace function update_file(
    p_file_id uuid,
    p_filename text default null,
    p_file_type text default null,
    p_folder text default null,
    p_clear text[] default '{}'
)
returns void
language plpgsql
volatile
security definer -- updates uploaded_files, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_clear text[];
begin
    perform require_own_file(p_file_id => p_file_id);

    v_clear := check_clear(
        p_clear => p_clear,
        p_given => jsonb_build_object('file_type', p_file_type is not null, 'folder', p_folder is not null)
    );

    perform check_file_values(p_filename => p_filename, p_file_type => p_file_type, p_folder => p_folder);

    update uploaded_files as f
    set
        filename = coalesce(p_filename, f.filename),
        file_type = case when 'file_type' = any(v_clear) then null else coalesce(p_file_type, f.file_type) end,
        folder = case when 'folder' = any(v_clear) then null else coalesce(p_folder, f.folder) end
    where f.id = p_file_id;
end;
$$;

comment on function update_file is 'Changes the given columns of one''s own file.';
revoke all on function update_file from public;
grant execute on function update_file to pgacademy_student, pgacademy_instructor, pgacademy_admin;
