-- reorder_lessons: give the lessons of one chapter (null: of the top) a new order.
--
-- The list names every visible lesson of the chapter exactly once; hidden ones may be left out and then keep their order
-- behind the others. A list that no longer fits, because somebody added or removed a lesson meanwhile, changes nothing.
-- One update does it: that no two share a place is checked at its end.
--
-- called by  approved instructors, administrators
-- requires   require_course_staff, lock_course, touch_course
-- errors     PA401 · PA403 · PA404 no such course · PA409 the list misses a lesson, or names one that is not (or no
--            longer) in the chapter · PA422 no list, a null or a repetition in it, a parent outside the course
create or replace function reorder_lessons(
    p_course_id uuid,
    p_parent_lesson_id uuid,
    p_lesson_ids uuid[]
)
returns void
language plpgsql
volatile
security definer -- updates lessons, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_misfit uuid;
begin
    perform require_course_staff(p_course_id => p_course_id);

    if p_lesson_ids is null
        or cardinality(p_lesson_ids) > 10000
        -- A null is counted among all, and not among those that differ.
        or (select count(*) <> count(distinct i.id) from unnest(p_lesson_ids) as i (id))
    then
        raise exception 'the list names each lesson once'
            using errcode = 'PA422', detail = format('lessons named = %s', coalesce(cardinality(p_lesson_ids), 0)),
                hint = 'Give the ids of the chapter''s lessons in their new order.';
    end if;

    perform lock_course(p_course_id => p_course_id);

    if p_parent_lesson_id is not null and not exists (
        select from lessons as l where l.course_id = p_course_id and l.id = p_parent_lesson_id
    ) then
        raise exception 'the parent is not a lesson of this course'
            using errcode = 'PA422',
                detail = format('course_id = %s, parent_lesson_id = %s', p_course_id, p_parent_lesson_id),
                hint = 'Name a lesson of the same course, or none for the top.';
    end if;

    select coalesce(i.id, l.id)
    into v_misfit
    from unnest(p_lesson_ids) as i (id)
    full join (
        select l.id, l.is_active
        from lessons as l
        where l.course_id = p_course_id and l.parent_lesson_id is not distinct from p_parent_lesson_id
    ) as l on l.id = i.id
    where l.id is null or (i.id is null and l.is_active)
    limit 1;

    if found then
        raise exception 'the list is not the lessons of this chapter as they are now'
            using errcode = 'PA409', detail = format('lesson_id = %s', v_misfit),
                hint = 'Read the chapter again and give every lesson of it once.';
    end if;

    update lessons as l
    set position = placed.position
    from (
        select s.id, row_number() over (order by i.place nulls last, s.position)::integer as position
        from lessons as s
        left join unnest(p_lesson_ids) with ordinality as i (id, place) on i.id = s.id
        where s.course_id = p_course_id and s.parent_lesson_id is not distinct from p_parent_lesson_id
    ) as placed
    where l.id = placed.id and l.position <> placed.position;

    if found then
        perform touch_course(p_course_id => p_course_id);
    end if;
end;
$$;

comment on function reorder_lessons is 'Puts the lessons of one chapter into the given order.';
revoke all on function reorder_lessons from public;
grant execute on function reorder_lessons to pgacademy_instructor, pgacademy_admin;
