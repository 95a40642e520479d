-- check_course_seats: a seat limit is never set below the seats that are taken.
--
-- Updates the course's course_stats row before it looks, as enrolling does: of an enrolment and a lowered limit at the
-- same moment, one waits for the other (or fails with 40001).
--
-- called by  before-update trigger on courses, when max_enrollments becomes smaller
-- errors     PA409 more seats are taken
create or replace function check_course_seats()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_taken integer;
begin
    update course_stats as s
    set lesson_sync = s.lesson_sync
    where s.course_id = new.id
    returning s.enrollment_count into v_taken;

    if v_taken > new.max_enrollments then
        raise exception 'more seats are taken than the new limit allows'
            using errcode = 'PA409',
                detail = format('max_enrollments = %s, seats taken = %s', new.max_enrollments, v_taken),
                hint = 'Choose a limit of at least the seats taken.';
    end if;

    return new;
end;
$$;

comment on function check_course_seats is 'Trigger: refuses a seat limit below the seats taken.';
revoke all on function check_course_seats from public;
-- Granted to nobody: a trigger needs no EXECUTE.
