-- unmark_solution: who asked, or staff, take the solution back, so that another reply can be one.
--
-- The author's count of solutions goes back; the XP stays with them, and the discussion pays no second time. Without a
-- solution nothing changes.
--
-- called by  people
-- requires   require_user, require_discussion, require_discussion_staff, withdraw_solution
-- errors     PA401 · PA403 neither asked nor staff · PA404 no such discussion
create or replace function unmark_solution(
    p_discussion_id uuid
)
returns boolean
language plpgsql
volatile
security definer -- writes replies and counters, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_discussion discussions := require_discussion(p_discussion_id => p_discussion_id);
    v_reply replies;
begin
    if v_discussion.author_id <> v_user_id then
        perform require_discussion_staff(p_course_id => v_discussion.course_id);
    end if;

    update discussion_stats as s set is_solved = s.is_solved where s.discussion_id = p_discussion_id;

    select r.* into v_reply from replies as r where r.discussion_id = p_discussion_id and r.accepted_at is not null;

    if not found then
        return false;
    end if;

    perform withdraw_solution(p_reply => v_reply);

    return true;
end;
$$;

comment on function unmark_solution is 'Takes the solution of a discussion back; returns whether there was one.';
revoke all on function unmark_solution from public;
grant execute on function unmark_solution to pgacademy_student, pgacademy_instructor, pgacademy_admin;
