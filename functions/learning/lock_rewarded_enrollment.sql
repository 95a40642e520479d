-- lock_rewarded_enrollment: the enrolment whose completion pays for this source, if the source is a lesson or a course.
--
-- Who completes the last lesson moves the counters of the person before the ledgers, since the course is counted first;
-- an award enters the ledger first. Of the two for one source each would wait for the other. So the award waits for the
-- enrolment, which a completion holds all the time.
--
-- called by  award_xp, award_coins, before they write
-- errors     none; any other source, and a person who is not enrolled, lock nothing
create or replace function lock_rewarded_enrollment(
    p_user_id uuid,
    p_source_type text,
    p_source_id uuid
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if p_source_type in ('lesson', 'course') then
        perform from enrollments as e
        where
            e.user_id = p_user_id
            and e.course_id = coalesce((select l.course_id from lessons as l where l.id = p_source_id), p_source_id)
        for no key update;
    end if;
end;
$$;

comment on function lock_rewarded_enrollment is 'Internal: the enrolment whose completion pays for a lesson or course, locked.';
-- Granted to nobody: part of procedures.
revoke all on function lock_rewarded_enrollment from public;
