-- record_completion: a lesson was completed, as told by the back end, an import, or the course's instructor.
--
-- Does and returns what complete_lesson does; takes also a score and the moment it happened. The best score stays: a
-- repeated completion with a better score replaces the worse one and moves the person's score counters, without XP.
--
-- An instructor, who must be approved, records for learners of their own courses, and never for themselves; for them the
-- past is narrow: not before the enrolment, not more days ago than the setting learning.backdate_days (30), at most a
-- day of time spent, and a completion on an earlier day of the learner's calendar is no day of their streak.
--
-- called by  back-end jobs and imports; instructors; grading
-- requires   acting_in, require_course_author, require_service, require_moment, setting, local_date, apply_completion
-- errors     PA401, PA403 not allowed, not the approved instructor of the course, one's own completion · PA404 no such
--            lesson or learner · PA409 not enrolled, enrolment not open, a chapter or hidden lesson, key used for another request ·
--            PA422 score, time or moment out of range
create or replace function record_completion(
    p_user_id uuid,
    p_lesson_id uuid,
    p_score numeric default null,
    p_seconds integer default null,
    p_occurred_at timestamptz default null,
    p_idempotency_key text default null
)
returns table (
    lesson_progress_id uuid,
    enrollment_id uuid,
    course_id uuid,
    already_completed boolean,
    xp_awarded integer,
    course_completed boolean,
    progress_percentage numeric,
    completed_lessons integer,
    total_lessons integer,
    total_xp bigint,
    current_level integer,
    levels_gained integer,
    current_streak integer,
    longest_streak integer,
    achievements jsonb,
    next_lesson_id uuid,
    coins_awarded integer
)
language plpgsql
volatile
security definer -- writes progress, XP and counters, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_actor text := 'service';
    v_actor_id uuid;
    v_at timestamptz;
    v_moves_streak boolean := true;
    v_days integer;
    v_enrolled_at timestamptz;
begin
    if acting_in('instructor') and not acting_in('service') then
        v_actor_id := require_course_author();
        v_actor := v_actor_id::text;

        if not exists (
            select
            from lessons as l
            inner join courses as c on c.id = l.course_id
            where l.id = p_lesson_id and c.instructor_id = v_actor_id
        ) or p_user_id = v_actor_id then
            raise exception 'only the instructor of the course may do this, for others'
                using errcode = 'PA403', detail = format('lesson_id = %s', coalesce(p_lesson_id::text, 'null')),
                    hint = 'Ask the instructor of the course.';
        end if;
    else
        perform require_service();
    end if;

    v_at := require_moment(p_at => p_occurred_at);

    if not exists (select from users as u where u.id = p_user_id and u.deleted_at is null) then
        raise exception 'there is no such learner'
            using errcode = 'PA404', detail = format('user_id = %s', coalesce(p_user_id::text, 'null')),
                hint = 'Pass the id of a living person.';
    end if;

    if v_actor_id is not null then
        if p_seconds > 86400 then
            raise exception 'a lesson takes at most a day'
                using errcode = 'PA422', detail = format('seconds = %s', p_seconds),
                    hint = 'Pass at most 86400 seconds.';
        end if;

        if p_occurred_at is not null then
            v_days := coalesce((setting(p_key => 'learning.backdate_days') #>> '{}')::integer, 30);

            select e.enrolled_at
            into v_enrolled_at
            from lessons as l
            inner join enrollments as e on e.course_id = l.course_id and e.user_id = p_user_id
            where l.id = p_lesson_id;

            if v_at < v_enrolled_at or v_at < now() - make_interval(days => v_days) then
                raise exception 'an instructor cannot record this so late'
                    using errcode = 'PA422',
                        detail = format(
                            'moment = %s, enrolled = %s, days = %s', v_at, coalesce(v_enrolled_at::text, 'no'), v_days
                        ),
                        hint = 'Pass a time since the enrolment and of the last days, or null for now.';
            end if;

            v_moves_streak := local_date(p_user_id => p_user_id, p_at => v_at)
                >= local_date(p_user_id => p_user_id, p_at => now());
        end if;
    end if;

    return query
    select c.*
    from apply_completion(
        p_user_id => p_user_id,
        p_lesson_id => p_lesson_id,
        p_score => p_score,
        p_seconds => p_seconds,
        p_at => v_at,
        p_by_learner => false,
        p_moves_streak => v_moves_streak,
        p_actor => v_actor,
        p_procedure => 'record_completion',
        p_idempotency_key => p_idempotency_key,
        p_request => case
            when p_idempotency_key is not null then jsonb_build_object(
                'user_id', p_user_id, 'lesson_id', p_lesson_id, 'score', p_score, 'seconds', p_seconds,
                'occurred_at', p_occurred_at
            )
        end
    ) as c;
end;
$$;

comment on function record_completion is
'Records that a learner completed a lesson, with score and moment; does and returns what complete_lesson does.';
revoke all on function record_completion from public;
grant execute on function record_completion to pgacademy_service, pgacademy_instructor;
