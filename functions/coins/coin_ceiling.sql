-- coin_ceiling: the most coins that a lesson, a course or an exercise pays.
--
-- Coins buy things and go to others, so no author prints them without an end. The settings coins.lesson_max,
-- coins.course_max and coins.exercise_max hold for everybody who names a reward, and for what was named before: it pays
-- so much and no more.
--
-- called by  check_coin_reward, lesson_reward, reward_courses, grade_submission, grant_missing_coins
-- requires   setting
-- errors     none; null for any other kind
create or replace function coin_ceiling(
    p_of text
)
returns integer
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return coalesce(
        (setting(p_key => 'coins.' || p_of || '_max') #>> '{}')::integer,
        case p_of when 'course' then 5000 when 'lesson' then 500 when 'exercise' then 500 end
    );
end;
$$;

comment on function coin_ceiling is 'Internal: the most coins that a lesson, course or exercise pays.';
-- Granted to nobody: part of procedures.
revoke all on function coin_ceiling from public;
