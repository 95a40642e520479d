-- local_date: which day a moment is for a person. The rule is in day_of.
--
-- called by  effective_streak, add_streak_freeze, update_settings, use_solution_quota, record_completion
-- requires   day_of
-- errors     22023 the person's setting names no time zone
create or replace function local_date(
    p_user_id uuid,
    p_at timestamptz
)
returns date
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return (select d.local_date from day_of(p_user_id => p_user_id, p_at => p_at) as d);
end;
$$;

comment on function local_date is 'The local date of a moment for a person.';
-- Granted to nobody: it reads another person's settings.
revoke all on function local_date from public;
