-- withheld_after: when an administrator took something down, after this call shows it (true), takes it down (false) or
-- leaves it (null).
--
-- What an administrator took down, its author does not put back; an administrator does. In the UPDATE itself, so that
-- it looks at the row as it is after waiting: set withheld_at = withheld_after(c.withheld_at, true).
--
-- called by  publish_course, unpublish_course, update_course, update_quiz, update_exercise, publish_project,
--            unpublish_project, publish_file, unpublish_file
-- requires   acting_in
-- errors     PA403 an administrator took it down
create or replace function withheld_after(
    p_withheld_at timestamptz,
    p_is_shown boolean
)
returns timestamptz
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if acting_in('admin') then
        return case when p_is_shown is null then p_withheld_at when not p_is_shown then coalesce(p_withheld_at, now()) end;
    end if;

    if p_is_shown and p_withheld_at is not null then
        raise exception 'an administrator took this down'
            using errcode = 'PA403', detail = format('withheld_at = %s', p_withheld_at),
                hint = 'Ask an administrator to put it back.';
    end if;

    return p_withheld_at;
end;
$$;

comment on function withheld_after is 'Internal: when an administrator took something down, after a call that shows or hides it.';
-- Granted to nobody: part of procedures.
revoke all on function withheld_after from public;
