-- bump_course_version: what a published course teaches has changed, so it has a new version.
--
-- The trigger says which columns are meant: title, description, difficulty, objectives and structure. Price tags, seats
-- and pictures are not content. A draft stays at its version. Changes of lessons count too: touch_course().
--
-- called by  before-update trigger on courses
-- errors     none
create or replace function bump_course_version()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    new.version := old.version + 1;
    return new;
end;
$$;

comment on function bump_course_version is 'Trigger: counts the version of a published course whose content changed.';
revoke all on function bump_course_version from public;
-- Granted to nobody: a trigger needs no EXECUTE.
