-- count_enrollment: keeps what a course and a person count about enrolments, and the seat limit.
--
-- Seats are active and completed enrolments. The row of course_stats is *updated* before the limit is looked at: of two
-- learners who want the last seat one waits for the other, or fails with 40001 if their snapshot is older. The limit is
-- read in a statement of its own, so it is the one in force once it was this writer's turn. Being here, and not in
-- enroll(), the rule holds whoever writes the row; only a change that moves counted_moves was counted by its writer. Said
-- here too and not by the trigger alone, which a release replaces later than functions.
--
-- called by  after row trigger on enrollments (insert, delete, update of status or rating)
-- requires   bump_people
-- errors     PA409 no seat is left
create or replace function count_enrollment()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_course_id uuid;
    v_user_id uuid;
    v_enrolled integer := 0;
    v_seats integer := 0;
    v_completed integer := 0;
    v_ratings integer := 0;
    v_rating_sum integer := 0;
    v_completed_at timestamptz;
    v_accessed_at timestamptz;
    v_taken integer;
    v_limit integer;
begin
    if tg_op = 'UPDATE' and old.counted_moves <> new.counted_moves then
        return null;
    end if;

    if tg_op <> 'INSERT' then
        v_course_id := old.course_id;
        v_user_id := old.user_id;
        v_enrolled := -1;
        v_seats := - (old.status in ('active', 'completed'))::integer;
        v_completed := - (old.status = 'completed')::integer;
        v_ratings := - (old.rating is not null)::integer;
        v_rating_sum := - coalesce(old.rating, 0);
    end if;

    if tg_op <> 'DELETE' then
        v_course_id := new.course_id;
        v_user_id := new.user_id;
        v_enrolled := v_enrolled + 1;
        v_seats := v_seats + (new.status in ('active', 'completed'))::integer;
        v_completed := v_completed + (new.status = 'completed')::integer;
        v_ratings := v_ratings + (new.rating is not null)::integer;
        v_rating_sum := v_rating_sum + coalesce(new.rating, 0);
        v_completed_at := new.completed_at;
    end if;

    if tg_op = 'INSERT' then
        v_accessed_at := new.last_accessed_at;
    end if;

    if (v_seats, v_completed, v_ratings, v_rating_sum) <> (0, 0, 0, 0) then
        update course_stats as s
        set
            enrollment_count = s.enrollment_count + v_seats,
            completion_count = s.completion_count + v_completed,
            rating_count = s.rating_count + v_ratings,
            rating_sum = s.rating_sum + v_rating_sum
        where s.course_id = v_course_id
        returning s.enrollment_count into v_taken;
    end if;

    if v_seats > 0 then
        select c.max_enrollments into v_limit from courses as c where c.id = v_course_id;

        if v_taken > v_limit then
            raise exception 'the course is full'
                using errcode = 'PA409',
                    detail = format('course_id = %s, seats = %s', v_course_id, v_limit),
                    hint = 'Wait until a seat is free, or ask the instructor for more.';
        end if;
    end if;

    if (v_enrolled, v_completed) <> (0, 0) then
        perform bump_people(
            p_user_ids => array[v_user_id],
            p_courses_enrolled => array[v_enrolled],
            p_courses_completed => array[v_completed],
            p_occurred_at => array[v_completed_at],
            p_accessed_at => array[v_accessed_at]
        );
    end if;

    if tg_op = 'DELETE' then
        -- The row of counters is ours by now: in a new statement nobody's access is missed.
        update user_stats as s
        set last_accessed_at = (select max(e.last_accessed_at) from enrollments as e where e.user_id = v_user_id)
        where s.user_id = v_user_id;
    end if;

    return null;
end;
$$;

comment on function count_enrollment is 'Trigger: keeps the counters of course and person, refuses an enrolment without a seat.';
revoke all on function count_enrollment from public;
-- Granted to nobody: a trigger needs no EXECUTE.
