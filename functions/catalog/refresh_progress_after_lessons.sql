-- refresh_progress_after_lessons: when a course's lessons have changed, its learners' progress is counted anew, once.
--
-- The first row of a statement does the work for all of them. Whoever edits many lessons of a course full of learners in
-- one transaction says `set constraints refresh_progress deferred` first, and then it happens once, at commit. A course
-- nobody has enrolled in costs one look into an index.
--
-- called by  deferrable constraint trigger on lessons
-- requires   refresh_course_progress
-- errors     those of refresh_course_progress
create or replace function refresh_progress_after_lessons()
returns trigger
language plpgsql
volatile
security definer -- deferred, it runs at commit, when the caller is an ordinary role again
set search_path from current
as $$
#variable_conflict use_column
declare
    v_course_id uuid := case tg_op when 'DELETE' then old.course_id else new.course_id end;
begin
    update course_stats as s
    set lesson_sync = 'done'
    where s.course_id = v_course_id and s.lesson_sync = 'progress';

    if found and exists (select from enrollments as e where e.course_id = v_course_id) then
        perform refresh_course_progress(p_course_id => v_course_id);
    end if;

    return null;
end;
$$;

comment on function refresh_progress_after_lessons is 'Trigger: recounts learners'' progress once after lessons changed.';
revoke all on function refresh_progress_after_lessons from public;
-- Granted to nobody: a trigger needs no EXECUTE.
