-- set_course_defaults: a course without a slug gets one from its title, a published one its date of publication.
--
-- A slug that is taken gets the next free number (robots, robots-2, robots-3). Numbers of more than six digits are
-- somebody's own choice and are not counted on; where such a slug is in the way, random letters end the search. Authors
-- without a slug take turns on a guard row, which nobody without a course to create can hold; under REPEATABLE READ the
-- later one fails with 40001.
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
    v_next integer;
begin
    if new.is_published and new.published_at is null then
        new.published_at := now();
    end if;

    if new.slug is null then
        v_base := slugify(p_text => new.title, p_fallback => 'course');
        update write_guards as g
        set version = g.version + 1
        where g.name = 'course_slugs';

        if exists (select from courses as c where c.slug = v_base) then
            select coalesce(max(substr(c.slug, length(v_base) + 2)::integer), 1) + 1
            into v_next
            from courses as c
            where c.slug ~ ('^' || v_base || '-[1-9][0-9]{0,5}$');

            new.slug := v_base || '-' || v_next;
            if exists (select from courses as c where c.slug = new.slug) then
                new.slug := v_base || '-' || replace(gen_random_uuid()::text, '-', '');
            end if;
        else
            new.slug := v_base;
        end if;
    end if;

    return new;
end;
$$;

comment on function set_course_defaults is 'Trigger: fills the slug and the date of publication of a course.';
revoke all on function set_course_defaults from public;
-- Granted to nobody: a trigger needs no EXECUTE.
