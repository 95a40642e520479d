-- set_course_defaults: a course without a slug gets one from its title, a published one its date of publication.
--
-- A slug that is taken gets the next free number (robots, robots-2, robots-3). Two authors of one title take turns on
-- an advisory lock that ends with the transaction; under REPEATABLE READ the later one meets the unique key instead.
--
-- called by  before-insert and before-update trigger on courses
-- requires   slugify
-- errors     none
create or replace function set_course_defaults()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_base text;
    v_next bigint;
begin
    if new.is_published and new.published_at is null then
        new.published_at := now();
    end if;

    if new.slug is null then
        v_base := slugify(p_text => new.title, p_fallback => 'course');
        perform pg_advisory_xact_lock(hashtextextended(current_schema() || '/courses/' || v_base, 0));
        if exists (select from courses as c where c.slug = v_base) then
            select coalesce(max(substr(c.slug, length(v_base) + 2)::bigint), 1) + 1
            into v_next
            from courses as c
            where c.slug ~ ('^' || v_base || '-[1-9][0-9]{0,9}$');
            v_base := v_base || '-' || v_next;
        end if;
        new.slug := v_base;
    end if;

    return new;
end;
$$;

comment on function set_course_defaults is 'Trigger: fills the slug and the date of publication of a course.';
revoke all on function set_course_defaults from public;
-- Granted to nobody: a trigger needs no EXECUTE.
