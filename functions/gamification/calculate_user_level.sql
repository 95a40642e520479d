-- calculate_user_level: the level that so much XP is, read from the table levels.
--
-- The curve is data, so that a school may flatten it; the formula behind the shipped one is
-- floor((1 + sqrt(1 + 0.08 * xp)) / 2), at most 100. Less than the lowest level's XP is level 1; null is null.
--
-- In PL/pgSQL, which keeps its plan: it runs with every completion.
--
-- called by  apply_completion, apply_achievement, leaderboard_slice, settle_attempt, grade_submission, counted_user_stats;
--            anyone
-- requires   level_of
-- errors     none
create or replace function calculate_user_level(
    p_total_xp bigint
)
returns integer
language plpgsql
stable
security definer -- the service, which reads no table, may ask too
set search_path from current
as $$
#variable_conflict use_column
begin
    return (select v.level from level_of(p_total_xp => p_total_xp) as v);
end;
$$;

comment on function calculate_user_level is 'The level that an amount of total XP is.';
revoke all on function calculate_user_level from public;
grant execute on function calculate_user_level to
pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service;
