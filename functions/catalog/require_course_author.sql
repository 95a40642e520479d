-- require_course_author: the caller's user id, if they may have courses at all; an error otherwise.
--
-- called by  create_course, require_course_staff, require_lesson_staff
-- requires   acting_in, require_user
-- errors     PA401 no identity · PA403 neither an approved instructor nor an administrator, or not acting as one
create or replace function require_course_author()
returns uuid
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid;
begin
    if acting_in('admin') then
        return require_user(p_role => 'admin');
    end if;

    v_user_id := require_user(p_role => 'instructor');
    -- An administrator who teaches needs nobody's approval.
    if not exists (
        select from users as u where u.id = v_user_id and (u.is_approved or u.role = 'admin')
    ) then
        raise exception 'this instructor is not approved'
            using errcode = 'PA403', detail = format('user_id = %s', v_user_id),
                hint = 'An administrator approves instructors with approve_instructor().';
    end if;

    return v_user_id;
end;
$$;

comment on function require_course_author is 'Internal: the caller, who must be an approved instructor or an administrator.';
revoke all on function require_course_author from public;
-- Granted to nobody: it is part of procedures.
