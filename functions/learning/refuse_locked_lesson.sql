-- refuse_locked_lesson: an error unless the lessons that come before a lesson are done.
--
-- A hidden lesson cannot be completed, so it holds nobody up; shown again, it counts as before.
--
-- called by  apply_completion, apply_start
-- errors     PA409 with what is missing in the detail
create or replace function refuse_locked_lesson(
    p_enrollment_id uuid,
    p_lesson_id uuid
)
returns void
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_missing text;
begin
    select string_agg(format('%s (%s)', l.slug, l.id), ', ' order by l.position, l.slug)
    into v_missing
    from lesson_prerequisites as r
    inner join lessons as l on l.id = r.prerequisite_lesson_id
    where
        r.lesson_id = p_lesson_id
        and l.is_active
        and not exists (
            select
            from lesson_progress as d
            where
                d.enrollment_id = p_enrollment_id
                and d.lesson_id = r.prerequisite_lesson_id
                and d.status = 'completed'
        );

    if v_missing is not null then
        raise exception 'other lessons come before this one'
            using errcode = 'PA409', detail = format('missing = %s', v_missing), hint = 'Complete them first.';
    end if;
end;
$$;

comment on function refuse_locked_lesson is 'Internal: refuses a lesson whose prerequisites are not done.';
-- Granted to nobody: part of procedures.
revoke all on function refuse_locked_lesson from public;
