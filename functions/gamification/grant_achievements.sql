-- grant_achievements: grants what a person's event has just reached. See grant_to_people.
--
-- called by  apply_completion, apply_enrollment, complete_course, check_achievements, apply_achievement,
--            mark_solution
-- requires   grant_to_people; user_stats is moved before the call
-- errors     PA404 no such person
create or replace function grant_achievements(
    p_user_id uuid,
    p_before user_stats,
    p_course_id uuid,
    p_occurred_at timestamptz
)
returns table (achievement_id uuid, course_id uuid, title text, xp_reward integer)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return query
    select g.achievement_id, g.course_id, g.title, g.xp_reward
    from grant_to_people(
        p_user_ids => array[p_user_id],
        p_before => array[p_before],
        p_course_ids => array[p_course_id],
        p_occurred_at => array[p_occurred_at]
    ) as g;
end;
$$;

comment on function grant_achievements is 'Grants the achievements an event has reached, and those their XP reaches.';
-- Granted to nobody: it believes what it is told about before.
revoke all on function grant_achievements from public;
