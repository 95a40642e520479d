-- school_zone: the time zone in which the school's weeks and months begin, UTC unless the setting school.timezone says
-- otherwise.
--
-- called by  everything that counts by days, weeks or months (bump_people, refresh_leaderboard, day_of, roll_up_analytics, ...)
-- requires   setting
-- errors     none
create or replace function school_zone()
returns text
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return coalesce(setting(p_key => 'school.timezone') #>> '{}', 'UTC');
end;
$$;

comment on function school_zone is 'The school''s time zone.';
-- Granted to nobody: read inside procedures.
revoke all on function school_zone from public;
