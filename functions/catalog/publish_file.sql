-- publish_file: from now on everybody sees the file. Publishing twice changes nothing.
--
-- Administrators show what administrators have hidden, and nothing else of other people's.
--
-- called by  learners, instructors, administrators
-- requires   require_own_file, verified_identity, withheld_after
-- errors     PA401, PA403 from require_user · PA404 no such file of the caller's · PA403 an administrator hid it · PA409 an
--            administrator, and nobody hid it
create or replace function publish_file(
    p_file_id uuid
)
returns void
language plpgsql
volatile
security definer -- updates uploaded_files, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_file uploaded_files := require_own_file(p_file_id => p_file_id, p_or_admin => true);
begin
    if v_file.user_id is distinct from verified_identity() and v_file.withheld_at is null then
        raise exception 'nobody hid this file'
            using errcode = 'PA409', detail = format('file_id = %s', p_file_id), hint = 'Only its owner publishes it.';
    end if;

    update uploaded_files as f
    set is_public = true, withheld_at = withheld_after(f.withheld_at, true)
    where f.id = p_file_id;
end;
$$;

comment on function publish_file is 'Shows one''s own file to everybody.';
revoke all on function publish_file from public;
grant execute on function publish_file to pgacademy_student, pgacademy_instructor, pgacademy_admin;
