-- reads_reports: whether the caller reads reports of the whole school: an analyst, a living and active administrator, or the
-- owner.
--
-- Views ask it as (select reads_reports()), so that it runs once per statement.
--
-- called by  reporting views; require_reporter
-- requires   acting_in, acts_as
-- errors     28000 from verified_identity
create or replace function reads_reports()
returns boolean
language plpgsql
stable
parallel safe
security definer -- asks acts_as(), which analysts may not call
set search_path from current
as $$
#variable_conflict use_column
begin
    return acting_in(p_role => 'analyst') or acting_in(p_role => 'owner') or acts_as(p_role => 'admin');
end;
$$;

comment on function reads_reports is 'Whether the caller reads reports of the whole school.';
revoke all on function reads_reports from public;
grant execute on function reads_reports to pgacademy_analyst, pgacademy_admin, pgacademy_instructor;
