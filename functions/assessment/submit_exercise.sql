-- submit_exercise: the calling learner hands in work for an exercise; a person grades it.
--
-- Hands in the draft, with what is given in place of what was saved; without a draft, what is given makes an attempt of
-- its own, unless there is a time limit: that begins with start_exercise(). Handing in is a day of learning. With an
-- idempotency key a repeated call returns the row of the first one; without, it is another attempt.
--
-- called by  learners
-- requires   require_user, claim_idempotency_key, store_reply, open_exercise, grace_time, add_submission,
--            record_activity, note_access, used_attempts
-- errors     PA401, PA403 from require_user · PA404 no such exercise, or not published · PA409 not enrolled, enrolment
--            not open, a hidden lesson, lessons before it not done, late, not begun, no attempt left, key used for
--            another request · PA422 content or files, with the path; nothing in them
create or replace function submit_exercise(
    p_exercise_id uuid,
    p_content jsonb default null,
    p_files jsonb default null,
    p_idempotency_key text default null
)
returns table (
    submission_id uuid,
    attempt_number integer,
    attempts_left integer,
    status text,
    submitted_at timestamptz
)
language plpgsql
volatile
security definer -- writes exercise_submissions and counters, which no learner may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_reply jsonb;
    v_exercise exercises;
    v_submission exercise_submissions;
begin
    v_reply := claim_idempotency_key(
        p_actor => v_user_id::text,
        p_procedure => 'submit_exercise',
        p_key => p_idempotency_key,
        p_request => case
            when p_idempotency_key is not null then jsonb_build_object(
                'exercise_id', p_exercise_id, 'content', p_content, 'files', p_files
            )
        end
    );

    if v_reply is not null then
        return query
        select r.*
        from jsonb_to_record(v_reply) as r (
            submission_id uuid, attempt_number integer, attempts_left integer, status text, submitted_at timestamptz
        );
        return;
    end if;

    v_exercise := open_exercise(p_user_id => v_user_id, p_exercise_id => p_exercise_id);

    select s.* into v_submission
    from exercise_submissions as s
    where s.user_id = v_user_id and s.exercise_id = p_exercise_id and s.status = 'draft'
    for no key update;

    if
        (not found and v_exercise.time_limit_minutes is not null)
        or clock_timestamp() > v_submission.deadline_at + grace_time()
    then
        raise exception 'there is no time left, or it was never begun'
            using errcode = 'PA409',
                detail = format(
                    'deadline_at = %s, now = %s', coalesce(v_submission.deadline_at::text, 'not begun'), clock_timestamp()
                ),
                hint = 'Begin with start_exercise(); what was saved in time is handed in.';
    end if;

    if
        coalesce(p_content, v_submission.content, '{}') = '{}'
        and coalesce(p_files, v_submission.files, '[]') = '[]'
    then
        raise exception 'there is nothing to hand in'
            using errcode = 'PA422', detail = format('exercise_id = %s, content = {}, files = []', p_exercise_id),
                hint = 'Pass content or files, or save them before.';
    end if;

    if v_submission.id is null then
        v_submission := add_submission(
            p_exercise => v_exercise,
            p_user_id => v_user_id,
            p_is_draft => false,
            p_content => coalesce(p_content, '{}'),
            p_files => coalesce(p_files, '[]')
        );
    else
        update exercise_submissions as s
        set
            status = 'submitted',
            submitted_at = clock_timestamp(),
            closed_by = 'learner',
            content = coalesce(p_content, s.content),
            files = coalesce(p_files, s.files)
        where s.id = v_submission.id
        returning s.* into v_submission;
    end if;

    if not exists (select from courses as c where c.id = v_exercise.course_id and c.instructor_id = v_user_id) then
        perform record_activity(p_user_id => v_user_id, p_activity_type => 'exercise', p_occurred_at => clock_timestamp());
    end if;

    perform note_access(p_enrollment_id => v_submission.enrollment_id);

    submission_id := v_submission.id;
    attempt_number := v_submission.attempt_number;
    attempts_left := greatest(
        0,
        v_exercise.attempts_allowed
        - used_attempts(p_enrollment_id => v_submission.enrollment_id, p_exercise_id => p_exercise_id)
    );
    status := v_submission.status;
    submitted_at := v_submission.submitted_at;

    if p_idempotency_key is not null then
        perform store_reply(
            p_actor => v_user_id::text,
            p_procedure => 'submit_exercise',
            p_key => p_idempotency_key,
            p_reply => jsonb_build_object(
                'submission_id', submission_id, 'attempt_number', attempt_number, 'attempts_left', attempts_left,
                'status', status, 'submitted_at', submitted_at
            )
        );
    end if;

    return next;
end;
$$;

comment on function submit_exercise is 'The calling learner hands in work for an exercise.';
revoke all on function submit_exercise from public;
grant execute on function submit_exercise to pgacademy_student;
