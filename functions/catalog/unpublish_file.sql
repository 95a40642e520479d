-- unpublish_file: nobody else sees the file any more. What an administrator hid, only an administrator shows again.
--
-- The store does not know of it: whoever has the address of the bytes asks the store, which the application has to tell.
--
-- called by  learners and instructors, of their own; administrators, of any
-- requires   require_own_file, withheld_after
-- errors     PA401, PA403 from require_user · PA404 no such file of the caller's
create or replace function unpublish_file(
    p_file_id uuid
)
returns void
language plpgsql
volatile
security definer -- updates uploaded_files, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_own_file(p_file_id => p_file_id, p_or_admin => true);

    update uploaded_files as f
    set is_public = false, withheld_at = withheld_after(f.withheld_at, false)
    where f.id = p_file_id;
end;
$$;

comment on function unpublish_file is 'Hides a file from others.';
revoke all on function unpublish_file from public;
grant execute on function unpublish_file to pgacademy_student, pgacademy_instructor, pgacademy_admin;
