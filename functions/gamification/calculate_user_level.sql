-- calculate_user_level: the level that so much XP is, read from the table levels.
--
-- The curve is data, so that a school may flatten it; the formula behind the shipped one is
-- floor((1 + sqrt(1 + 0.08 * xp)) / 2), at most 100. Less than the lowest level's XP is level 1; null is null.
--
-- In PL/pgSQL, which keeps its plan: it runs several times with every completion.
--
-- called by  bump_people, apply_completion; anyone
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
    -- One step down the index on min_xp, whatever the number of levels.
    return case when p_total_xp is not null then
        coalesce((select l.level from levels as l where l.min_xp <= p_total_xp order by l.min_xp desc limit 1), 1)
    end;
end;
$$;

comment on function calculate_user_level is 'The level that an amount of total XP is.';
revoke all on function calculate_user_level from public;
grant execute on function calculate_user_level to
pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service;
