-- require_reporter: refuses whoever may not read a report: of the school, or of one course.
--
-- Analysts and administrators read all reports, instructors those of their own courses, the owner what he likes. Null stands
-- for the school as a whole.
--
-- called by  every function that is a report
-- requires   reads_reports, acting_in, require_user
-- errors     PA401 nobody, or somebody who is not signed in · PA403 not in such a role, or another instructor's course · PA404 no
--            such course
create or replace function require_reporter(
    p_course_id uuid default null
)
returns void
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid;
    v_instructor_id uuid;
begin
    if not reads_reports() then
        -- Administrators end here too, if they are no more: with the error that says why.
        v_user_id := require_user(p_role => case when acting_in('admin') then 'admin' else 'instructor' end);
    end if;

    if p_course_id is not null then
        select c.instructor_id into v_instructor_id from courses as c where c.id = p_course_id and c.deleted_at is null;

        if not found then
            raise exception 'there is no such course'
                using errcode = 'PA404', detail = format('course_id = %s', p_course_id),
                    hint = 'Look it up in course_performance; it may have been deleted.';
        end if;
    end if;

    if v_user_id <> v_instructor_id or (v_user_id is not null and p_course_id is null) then
        raise exception 'instructors read the reports of their own courses'
            using errcode = 'PA403', detail = format('course_id = %s', coalesce(p_course_id::text, 'null')),
                hint = 'Name a course of yours, or ask an analyst.';
    end if;
end;
$$;

comment on function require_reporter is 'Internal: an error unless the caller may read this report.';
-- Granted to nobody: it is part of reports.
revoke all on function require_reporter from public;
