-- remove_file: the file is gone for everybody. Returns where its bytes are, for the application to clear them away after the
-- commit.
--
-- The row stays until the person goes, and its place stays taken. Doing it again answers the same: whoever died before the bytes
-- were gone asks once more.
--
-- called by  learners and instructors, of their own; administrators, of any
-- requires   require_own_file
-- errors     PA401, PA403 from require_user · PA404 no such file of the caller's
create or replace function remove_file(
    p_file_id uuid
)
returns table (storage_provider text, storage_path text)
language plpgsql
volatile
security definer -- updates uploaded_files, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_file uploaded_files := require_own_file(p_file_id => p_file_id, p_or_admin => true, p_or_removed => true);
begin
    update uploaded_files as f set deleted_at = v_now where f.id = p_file_id and f.deleted_at is null;

    storage_provider := v_file.storage_provider;
    storage_path := v_file.storage_path;
    return next;
end;
$$;

comment on function remove_file is 'Removes a file from everybody''s sight; returns where its bytes are.';
revoke all on function remove_file from public;
grant execute on function remove_file to pgacademy_student, pgacademy_instructor, pgacademy_admin;
