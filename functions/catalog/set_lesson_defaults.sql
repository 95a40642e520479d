-- set_lesson_defaults: a lesson without a slug gets one from its title, one without a position goes to the end.
--
-- Slugs are numbered as set_course_defaults() does. The course's guard is held (guard_course_lessons sorts before it),
-- so what is read here stays true.
--
-- called by  before-insert trigger on lessons
-- requires   slugify
-- errors     none
create or replace function set_lesson_defaults()
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
    if new.position is null then
        select coalesce(max(l.position), 0) + 1
        into new.position
        from lessons as l
        where l.course_id = new.course_id and l.parent_lesson_id is not distinct from new.parent_lesson_id;
    end if;

    if new.slug is null then
        v_base := slugify(p_text => new.title, p_fallback => 'lesson');
        if exists (select from lessons as l where l.course_id = new.course_id and l.slug = v_base) then
            select coalesce(max(substr(l.slug, length(v_base) + 2)::integer), 1) + 1
            into v_next
            from lessons as l
            where l.course_id = new.course_id and l.slug ~ ('^' || v_base || '-[1-9][0-9]{0,5}$');

            new.slug := v_base || '-' || v_next;
            if exists (select from lessons as l where l.course_id = new.course_id and l.slug = new.slug) then
                new.slug := v_base || '-' || replace(gen_random_uuid()::text, '-', '');
            end if;
        else
            new.slug := v_base;
        end if;
    end if;

    return new;
end;
$$;

comment on function set_lesson_defaults is 'Trigger: fills the slug and the position of a lesson.';
revoke all on function set_lesson_defaults from public;
-- Granted to nobody: a trigger needs no EXECUTE.
