-- require_own_file: the caller's file, locked for them; with p_or_admin an administrator's every file. Removed ones only with
-- p_or_removed.
--
-- What is somebody else's is answered as what is not there, public or not.
--
-- called by  update_file, publish_file, unpublish_file, remove_file
-- requires   require_user, acting_in
-- errors     PA401, PA403 from require_user · PA404 no such file of the caller's
create or replace function require_own_file(
    p_file_id uuid,
    p_or_admin boolean default false,
    p_or_removed boolean default false
)
returns uploaded_files
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_is_admin boolean := p_or_admin and acting_in(p_role => 'admin') and not acting_in(p_role => 'student');
    v_user_id uuid := require_user(p_role => case when v_is_admin then 'admin' end);
    v_file uploaded_files;
begin
    select f.*
    into v_file
    from uploaded_files as f
    where
        f.id = p_file_id
        and (v_is_admin or f.user_id = v_user_id)
        and (p_or_removed or f.deleted_at is null)
    for no key update;

    if not found then
        raise exception 'there is no such file'
            using errcode = 'PA404', detail = format('file_id = %s', coalesce(p_file_id::text, 'null')),
                hint = 'Look it up among your own: list_files() lists them.';
    end if;

    return v_file;
end;
$$;

comment on function require_own_file is 'Internal: a file that the caller may change, locked for them.';
-- Granted to nobody: part of procedures.
revoke all on function require_own_file from public;
