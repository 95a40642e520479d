-- start_quiz: the calling learner begins an attempt, or goes on with the one that is open.
--
-- The deadline is decided here, by the server's clock, and never moves. An open attempt whose time is over is graded
-- with what was saved, and the next one begins. Begins the lesson as well, so all that start_lesson asks is asked.
--
-- questions is what attempt_questions describes, in the order of this attempt; answers is what was saved so far.
-- attempts_left is null where there is no limit. server_time is for clocks that count down.
--
-- called by  learners
-- requires   require_user, lock_attempts_of, apply_start, note_access, finish_attempt, attempt_questions,
--            grace_time
-- errors     PA401, PA403 from require_user · PA404 no such quiz, or not published · PA409 not enrolled, enrolment not
--            open, a hidden lesson, lessons before it not done, no attempt left
create or replace function start_quiz(
    p_quiz_id uuid
)
returns table (
    attempt_id uuid,
    attempt_number integer,
    attempts_left integer,
    is_resumed boolean,
    started_at timestamptz,
    deadline_at timestamptz,
    server_time timestamptz,
    answers jsonb,
    questions jsonb
)
language plpgsql
volatile
security definer -- writes quiz_attempts, which no learner may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_quiz quizzes;
    v_enrollment_id uuid;
    v_attempt quiz_attempts;
    v_now timestamptz;
    v_used integer;
    -- Not random(), whose course setseed() decides.
    v_seed bigint := ('x' || right(gen_random_uuid()::text, 12))::bit(48)::bigint;
begin
    select q.* into v_quiz
    from quizzes as q
    inner join courses as c on c.id = q.course_id and c.deleted_at is null
    where q.id = p_quiz_id and q.is_published;

    if found then
        select e.id into v_enrollment_id
        from enrollments as e
        where e.user_id = v_user_id and e.course_id = v_quiz.course_id;

        perform lock_attempts_of(p_enrollment_id => v_enrollment_id);

        perform from apply_start(
            p_user_id => v_user_id, p_lesson_id => v_quiz.lesson_id, p_at => clock_timestamp(), p_by_learner => true
        );

        -- Whoever is first takes a turn with the teacher, who may delete questions until now.
        if not v_quiz.has_attempts then
            update quizzes as q set has_attempts = true where q.id = p_quiz_id and not q.has_attempts;
        end if;

        -- Again, after the locks.
        select q.* into v_quiz from quizzes as q where q.id = p_quiz_id and q.is_published for key share;
    end if;

    if not found then
        raise exception 'there is no such quiz'
            using errcode = 'PA404', detail = format('quiz_id = %s', coalesce(p_quiz_id::text, 'null')),
                hint = 'Look it up in the lessons of the course.';
    end if;

    select a.* into v_attempt
    from quiz_attempts as a
    where a.enrollment_id = v_enrollment_id and a.quiz_id = p_quiz_id and a.status = 'in_progress'
    for no key update;

    is_resumed := found;

    perform note_access(p_enrollment_id => v_enrollment_id);

    -- All that may have to be waited for is locked by now. The clock, not the transaction's beginning: waiting costs nobody
    -- their time, and nobody gains by an old transaction.
    v_now := clock_timestamp();

    if is_resumed and v_now > v_attempt.deadline_at + grace_time() then
        perform from finish_attempt(
            p_attempt_id => v_attempt.id, p_closed_by => 'deadline', p_submitted_at => v_attempt.deadline_at
        );
        is_resumed := false;
    end if;

    select coalesce(max(a.attempt_number), 0)
    into v_used
    from quiz_attempts as a
    where a.enrollment_id = v_enrollment_id and a.quiz_id = p_quiz_id;

    if not is_resumed then
        if v_used >= v_quiz.max_attempts then
            raise exception 'no attempt is left'
                using errcode = 'PA409', detail = format('quiz_id = %s, attempts = %s', p_quiz_id, v_used),
                    hint = 'The instructor can allow more attempts.';
        end if;

        insert into quiz_attempts as a (
            enrollment_id, user_id, course_id, quiz_id, attempt_number, started_at, deadline_at, seed, question_ids
        )
        select
            v_enrollment_id, v_user_id, v_quiz.course_id, p_quiz_id, v_used + 1, v_now,
            v_now + make_interval(mins => v_quiz.time_limit_minutes), v_seed,
            array_agg(
                q.id
                order by
                    case when v_quiz.shuffle_questions then sha256(convert_to(format('%s:%s', v_seed, q.id), 'UTF8')) end,
                    q.position
            )
        from quiz_questions as q
        where q.quiz_id = p_quiz_id and q.retired_at is null
        returning a.* into v_attempt;

        v_used := v_used + 1;
    end if;

    attempt_id := v_attempt.id;
    attempt_number := v_attempt.attempt_number;
    attempts_left := greatest(0, v_quiz.max_attempts - v_used);
    started_at := v_attempt.started_at;
    deadline_at := v_attempt.deadline_at;
    server_time := clock_timestamp();
    answers := v_attempt.answers;
    questions := attempt_questions(p_attempt => v_attempt, p_shuffle_options => v_quiz.shuffle_options);
    return next;
end;
$$;

comment on function start_quiz is 'The calling learner begins or resumes an attempt; returns its questions, without what is right.';
revoke all on function start_quiz from public;
grant execute on function start_quiz to pgacademy_student;
