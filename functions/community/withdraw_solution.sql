-- withdraw_solution: a reply ceases to be the solution. Its author's count goes back; XP and achievements stay.
--
-- called by  unmark_solution, delete_reply; both hold the discussion's row of discussion_stats
-- requires   count_deed
-- errors     none of its own
create or replace function withdraw_solution(
    p_reply replies
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    update discussion_stats as s set is_solved = false where s.discussion_id = p_reply.discussion_id;

    update replies as r
    set accepted_at = null, accepted_by = null, solution_counts = false
    where r.id = p_reply.id;

    if p_reply.solution_counts then
        perform count_deed(p_user_id => p_reply.author_id, p_metric => 'solutions_accepted', p_by => -1);
    end if;
end;
$$;

comment on function withdraw_solution is 'Internal: a reply ceases to be the solution.';
-- Granted to nobody: procedures decide who may.
revoke all on function withdraw_solution from public;
