-- normalise_criteria: brings the criteria of an achievement into their one form, or refuses them, before the generated
-- columns would stumble over them. What the form is, checked_criteria says.
--
-- called by  before-insert and before-update row trigger of achievements
-- requires   checked_criteria
-- errors     PA422 from checked_criteria
create or replace function normalise_criteria()
returns trigger
language plpgsql
volatile
security definer -- courses that nobody sees yet can be named; reads achievement_metrics and courses as they are
set search_path from current
as $$
#variable_conflict use_column
begin
    new.criteria := checked_criteria(p_criteria => new.criteria);

    return new;
end;
$$;

comment on function normalise_criteria is 'Trigger: brings criteria into their one form and refuses what does not fit.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function normalise_criteria from public;
