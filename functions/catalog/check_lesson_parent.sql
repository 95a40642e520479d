-- check_lesson_parent: lessons form a tree, and nothing visible hangs under something hidden.
--
-- Runs after the row is in, with the course's guard held, so that two moves at once cannot close a loop between them.
--
-- called by  after-insert and after-update trigger on lessons, for lessons that have a parent
-- errors     PA409 the lesson would be inside itself (the detail shows the way); PA409 the chapter is hidden
create or replace function check_lesson_parent()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_path text;
begin
    with recursive chapters (id, parent_lesson_id, path, seen) as (
        select l.id, l.parent_lesson_id, new.slug || ' -> ' || l.slug, array[l.id]
        from lessons as l
        where l.id = new.parent_lesson_id
        union all
        select l.id, l.parent_lesson_id, c.path || ' -> ' || l.slug, c.seen || l.id
        from chapters as c
        inner join lessons as l on l.id = c.parent_lesson_id
        where l.id <> all(c.seen) and c.id <> new.id
    )

    select c.path into v_path from chapters as c where c.id = new.id;

    if found then
        raise exception 'a lesson would be inside itself'
            using errcode = 'PA409', detail = v_path, hint = 'Move it to a lesson that is not one of its own.';
    end if;

    if new.is_active and exists (
        select from lessons as l where l.id = new.parent_lesson_id and not l.is_active
    ) then
        raise exception 'the chapter this lesson is in is hidden'
            using errcode = 'PA409',
                detail = format('lesson_id = %s, parent_lesson_id = %s', new.id, new.parent_lesson_id),
                hint = 'Show the chapter first, or hide the lesson too.';
    end if;

    return null;
end;
$$;

comment on function check_lesson_parent is 'Trigger: keeps lessons a tree, and visible lessons out of hidden chapters.';
revoke all on function check_lesson_parent from public;
-- Granted to nobody: a trigger needs no EXECUTE.
