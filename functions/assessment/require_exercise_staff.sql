-- require_exercise_staff: the course of an exercise, if the caller may change it; an error otherwise.
--
-- called by  update_exercise, delete_exercise
-- requires   require_course_author, require_course_staff
-- errors     PA401 · PA403 · PA404 no such exercise
create or replace function require_exercise_staff(
    p_exercise_id uuid
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
    -- Whoever may not edit courses learns nothing about which exercises there are.
    perform require_course_author();

    select x.course_id into v_course_id from exercises as x where x.id = p_exercise_id;

    if not found then
        raise exception 'there is no such exercise'
            using errcode = 'PA404', detail = format('exercise_id = %s', coalesce(p_exercise_id::text, 'null')),
                hint = 'Look it up among the exercises of the course.';
    end if;

    perform require_course_staff(p_course_id => v_course_id);
    return v_course_id;
end;
$$;

comment on function require_exercise_staff is 'Internal: the course of an exercise that the caller may change.';
-- Granted to nobody: it is part of procedures.
revoke all on function require_exercise_staff from public;
