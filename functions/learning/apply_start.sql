-- apply_start: notes that a learner began a lesson. Beginning again keeps the first time; a completed lesson stays so. Whoever
-- calls it calls note_access after it.
--
-- called by  start_lesson, record_start, start_quiz, open_exercise
-- requires   refuse_locked_lesson
-- errors     PA404 no such lesson · PA409 not enrolled, enrolment not open, a chapter or hidden lesson, lessons before it
--            not done (learners only)
create or replace function apply_start(
    p_user_id uuid,
    p_lesson_id uuid,
    p_at timestamptz,
    p_by_learner boolean
)
returns table (
    lesson_progress_id uuid,
    enrollment_id uuid,
    course_id uuid,
    status text,
    started_at timestamptz,
    completed_at timestamptz
)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_lesson record;
    v_enrollment enrollments;
begin
    select
        l.course_id,
        e.id as enrollment_id,
        l.is_active and c.is_active as is_active,
        exists (
            select from lessons as child where child.course_id = l.course_id and child.parent_lesson_id = l.id
        ) as is_chapter
    into v_lesson
    from lessons as l
    inner join courses as c on c.id = l.course_id and c.deleted_at is null
    left join enrollments as e on e.course_id = l.course_id and e.user_id = p_user_id
    where l.id = p_lesson_id;

    if not found then
        raise exception 'there is no such lesson'
            using errcode = 'PA404', detail = format('lesson_id = %s', coalesce(p_lesson_id::text, 'null')),
                hint = 'Look it up in the outline of its course.';
    end if;

    if v_lesson.enrollment_id is null then
        raise exception 'not enrolled in the course of this lesson'
            using errcode = 'PA409',
                detail = format('user_id = %s, course_id = %s', coalesce(p_user_id::text, 'null'), v_lesson.course_id),
                hint = 'Enrol first.';
    end if;

    if not v_lesson.is_active or v_lesson.is_chapter then
        raise exception 'this lesson cannot be started'
            using errcode = 'PA409',
                detail = format(
                    'lesson_id = %s, chapter = %s, hidden = %s', p_lesson_id, v_lesson.is_chapter, not v_lesson.is_active
                ),
                hint = 'Start one of the lessons of the chapter; a hidden lesson must be shown first.';
    end if;

    -- Written, so that two calls at once take turns, and the learner is where they are now.
    update enrollments as e
    set
        current_lesson_id = p_lesson_id,
        last_accessed_at = greatest(e.last_accessed_at, p_at)
    where e.id = v_lesson.enrollment_id
    returning e.* into v_enrollment;

    if v_enrollment.status in ('dropped', 'expired') or (v_enrollment.status = 'active' and v_enrollment.expires_at <= p_at)
    then
        raise exception 'the enrolment is not open'
            using errcode = 'PA409',
                detail = format(
                    'enrollment_id = %s, status = %s, expires_at = %s',
                    v_enrollment.id, v_enrollment.status, coalesce(v_enrollment.expires_at::text, 'never')
                ),
                hint = 'Enrol again; if the time is over, ask the instructor for more.';
    end if;

    if p_by_learner then
        perform refuse_locked_lesson(p_enrollment_id => v_enrollment.id, p_lesson_id => p_lesson_id);
    end if;

    return query
    insert into lesson_progress as p (enrollment_id, user_id, course_id, lesson_id, status, started_at)
    values (v_enrollment.id, p_user_id, v_lesson.course_id, p_lesson_id, 'in_progress', p_at)
    on conflict (user_id, lesson_id) do update
    set
        status = case when p.status = 'completed' then p.status else excluded.status end,
        started_at = coalesce(p.started_at, excluded.started_at)
    returning p.id, p.enrollment_id, p.course_id, p.status, p.started_at, p.completed_at;
end;
$$;

comment on function apply_start is 'Internal: notes that a learner began a lesson.';
-- Granted to nobody: its callers decide who may.
revoke all on function apply_start from public;
