-- apply_enrollment: puts a learner on a course.
--
-- A learner who is on the course stays as they are (already_enrolled). One who left it, or whose enrolment expired, gets
-- the same row back with all progress; if the course now asks for nothing they have not done, it is complete at once.
-- Learners (p_by_learner) keep the expiry that staff gave them, and do not come back after it; staff set it anew.
-- Enrolling in one's own course earns no achievements.
-- Seats are checked by the trigger on enrollments, where the row is written.
--
-- called by  enroll, record_enrollment
-- requires   claim_idempotency_key, store_reply, calculate_progress, note_access, complete_course, grant_achievements,
--            next_lesson
-- errors     PA404 no such course · PA409 not published, prerequisites missing, full, time over, key used for another
--            request · PA422 expiry not after the moment
create or replace function apply_enrollment(
    p_user_id uuid,
    p_course_id uuid,
    p_at timestamptz,
    p_expires_at timestamptz,
    p_by_learner boolean,
    p_actor text,
    p_procedure text,
    p_idempotency_key text,
    p_request jsonb
)
returns table (
    enrollment_id uuid,
    status text,
    already_enrolled boolean,
    total_lessons integer,
    first_lesson_id uuid
)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_reply jsonb;
    v_course courses;
    v_enrollment enrollments;
    v_before user_stats;
    v_missing text;
    v_expires_at timestamptz := p_expires_at;
begin
    if p_expires_at <= p_at then
        raise exception 'an enrolment expires after it begins'
            using errcode = 'PA422', detail = format('expires_at = %s', p_expires_at),
                hint = 'Pass a later time, or null for never.';
    end if;

    v_reply := claim_idempotency_key(
        p_actor => p_actor, p_procedure => p_procedure, p_key => p_idempotency_key, p_request => p_request
    );

    if v_reply is not null then
        return query
        select r.*
        from jsonb_to_record(v_reply) as r (
            enrollment_id uuid, status text, already_enrolled boolean, total_lessons integer, first_lesson_id uuid
        );
        return;
    end if;

    -- The course first, as everywhere; what is looked at next is what holds until the end.
    perform from course_stats as s where s.course_id = p_course_id for no key update;

    select c.* into v_course from courses as c where c.id = p_course_id and c.deleted_at is null;

    if not found then
        raise exception 'there is no such course'
            using errcode = 'PA404', detail = format('course_id = %s', coalesce(p_course_id::text, 'null')),
                hint = 'Look it up in the catalogue.';
    end if;

    select e.*
    into v_enrollment
    from enrollments as e
    where e.user_id = p_user_id and e.course_id = p_course_id
    for no key update;

    already_enrolled := found and (
        v_enrollment.status = 'completed'
        or (v_enrollment.status = 'active' and (v_enrollment.expires_at is null or v_enrollment.expires_at > p_at))
    );

    if not already_enrolled then
        if not v_course.is_published or not v_course.is_active then
            raise exception 'the course is not open'
                using errcode = 'PA409', detail = format('course_id = %s', p_course_id),
                    hint = 'Its instructor must publish it first.';
        end if;

        -- Courses that are not in the catalogue hold up as well, but are nobody's to know by name.
        select
            concat_ws(
                ' and ',
                string_agg(format('%s (%s)', c.slug, c.id), ', ' order by c.slug) filter (where v.is_visible),
                nullif(count(*) filter (where not v.is_visible), 0)::text || ' not published'
            )
        into v_missing
        from course_prerequisites as r
        inner join courses as c on c.id = r.prerequisite_course_id
        cross join lateral (select c.is_published and c.is_active and c.deleted_at is null) as v (is_visible)
        where
            r.course_id = p_course_id
            and r.is_required
            and not exists (
                select
                from enrollments as d
                where d.user_id = p_user_id and d.course_id = r.prerequisite_course_id and d.status = 'completed'
            );

        if v_missing <> '' then
            raise exception 'other courses come before this one'
                using errcode = 'PA409', detail = format('missing = %s', v_missing), hint = 'Complete them first.';
        end if;

        if p_by_learner then
            v_expires_at := v_enrollment.expires_at;

            if v_expires_at <= p_at then
                raise exception 'the time for this course is over'
                    using errcode = 'PA409',
                        detail = format('enrollment_id = %s, expires_at = %s', v_enrollment.id, v_expires_at),
                        hint = 'Ask its instructor for more time.';
            end if;
        end if;

        select s.* into v_before from user_stats as s where s.user_id = p_user_id;

        if v_enrollment.id is null then
            insert into enrollments as e
            (user_id, course_id, enrolled_at, last_accessed_at, expires_at)
            values (p_user_id, p_course_id, p_at, p_at, v_expires_at)
            returning e.* into v_enrollment;
        else
            update enrollments as e
            set
                status = 'active',
                dropped_at = null,
                expires_at = v_expires_at,
                last_accessed_at = greatest(e.last_accessed_at, p_at),
                completed_lessons_count = c.completed_lessons,
                total_lessons_count = c.total_lessons,
                progress_percentage = c.progress_percentage
            from calculate_progress(p_enrollment_id => v_enrollment.id) as c
            where e.id = v_enrollment.id;

            perform note_access(p_enrollment_id => v_enrollment.id);
            perform complete_course(p_enrollment_id => v_enrollment.id, p_occurred_at => p_at);
        end if;

        update enrollments as e
        set current_lesson_id = coalesce(next_lesson(p_enrollment_id => e.id), e.current_lesson_id)
        where e.id = v_enrollment.id
        returning e.* into v_enrollment;

        if v_course.instructor_id <> p_user_id then
            perform grant_achievements(
                p_user_id => p_user_id, p_before => v_before, p_course_id => p_course_id, p_occurred_at => p_at
            );
        end if;
    end if;

    enrollment_id := v_enrollment.id;
    status := v_enrollment.status;
    total_lessons := v_enrollment.total_lessons_count;
    first_lesson_id := case
        when already_enrolled then next_lesson(p_enrollment_id => v_enrollment.id) else v_enrollment.current_lesson_id
    end;

    if p_idempotency_key is not null then
        perform store_reply(
            p_actor => p_actor,
            p_procedure => p_procedure,
            p_key => p_idempotency_key,
            p_reply => jsonb_build_object(
                'enrollment_id', enrollment_id, 'status', status, 'already_enrolled', already_enrolled,
                'total_lessons', total_lessons, 'first_lesson_id', first_lesson_id
            )
        );
    end if;

    return next;
end;
$$;

comment on function apply_enrollment is 'Internal: enrols a learner, or brings a lapsed enrolment back.';
-- Granted to nobody: enroll and record_enrollment decide who may.
revoke all on function apply_enrollment from public;
