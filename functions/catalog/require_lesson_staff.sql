-- require_lesson_staff: the course of a lesson, if the caller may change it; an error otherwise.
--
-- called by  update_lesson, remove_lesson, move_lesson, add_lesson_prerequisite, remove_lesson_prerequisite
-- requires   require_course_author, require_course_staff
-- errors     PA401 · PA403 · PA404 no such lesson
create or replace function require_lesson_staff(
    p_lesson_id uuid
)
returns uuid
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_course_id uuid;
begin
    -- Whoever may not edit courses learns nothing about which lessons there are.
    perform require_course_author();

    select l.course_id into v_course_id from lessons as l where l.id = p_lesson_id;

    if not found then
        raise exception 'there is no such lesson'
            using errcode = 'PA404', detail = format('lesson_id = %s', coalesce(p_lesson_id::text, 'null')),
                hint = 'Read the outline of the course again; it may have been removed.';
    end if;

    perform require_course_staff(p_course_id => v_course_id);
    return v_course_id;
end;
$$;

comment on function require_lesson_staff is 'Internal: the course of a lesson that the caller may change.';
revoke all on function require_lesson_staff from public;
-- Granted to nobody: it is part of procedures.
