-- require_discussion_staff: the caller, if they may moderate the discussions of a course, or, with null, general ones.
--
-- called by  moderate_discussion, delete_discussion, delete_reply, mark_solution, unmark_solution
-- requires   require_course_staff, require_user
-- errors     PA401 · PA403 not staff of the course; for general ones, not an administrator
create or replace function require_discussion_staff(
    p_course_id uuid
)
returns uuid
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if p_course_id is null then
        return require_user(p_role => 'admin');
    end if;

    return require_course_staff(p_course_id => p_course_id);
end;
$$;

comment on function require_discussion_staff is 'Internal: the caller, who must be staff where the discussion belongs.';
-- Granted to nobody: it is part of procedures.
revoke all on function require_discussion_staff from public;
