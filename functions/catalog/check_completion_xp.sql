-- check_completion_xp: how much XP an author may promise for one lesson or course.
--
-- XP decides ranks, so no instructor sets it without an end: the setting named by p_key is the most they may give.
-- Administrators may go on to what the column itself allows. Null is the platform's default, and always right.
--
-- called by  create_course, update_course, add_lesson, update_lesson (granted to nobody)
-- requires   acting_in, setting
-- errors     PA422 more than the setting allows
create or replace function check_completion_xp(
    p_completion_xp integer,
    p_key text,
    p_default integer
)
returns void
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_most numeric;
begin
    if p_completion_xp is null or acting_in('admin') then
        return;
    end if;

    v_most := coalesce((setting(p_key => p_key) #>> '{}')::numeric, p_default);

    if p_completion_xp > v_most then
        raise exception 'this is more XP than an instructor may give'
            using errcode = 'PA422', detail = format('completion_xp = %s, %s = %s', p_completion_xp, p_key, v_most),
                hint = format('Give %s at most, or nothing for the default; an administrator can give more.', v_most);
    end if;
end;
$$;

comment on function check_completion_xp is 'Internal: refuses more XP for a lesson or course than its author may give.';
revoke all on function check_completion_xp from public;
-- Granted to nobody: procedures call it.
