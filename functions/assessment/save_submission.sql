-- save_submission: keeps the calling learner's draft. What is given replaces what was there; null leaves it. Returns until when
-- it can be handed in; null for no limit.
--
-- called by  learners
-- requires   require_user, grace_time; the triggers on exercise_submissions
-- errors     PA401, PA403 from require_user · PA404 no such submission of one's own · PA409 handed in, or late · PA422 content or
--            files, with the path
create or replace function save_submission(
    p_submission_id uuid,
    p_content jsonb default null,
    p_files jsonb default null
)
returns timestamptz
language plpgsql
volatile
security definer -- writes exercise_submissions, which no learner may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_submission exercise_submissions;
    v_deadline timestamptz;
begin
    select s.* into v_submission
    from exercise_submissions as s
    where s.id = p_submission_id and s.user_id = v_user_id
    for no key update;

    if not found then
        raise exception 'there is no such submission'
            using errcode = 'PA404', detail = format('submission_id = %s', coalesce(p_submission_id::text, 'null')),
                hint = 'start_exercise() returns the draft that is open.';
    end if;

    select least(v_submission.deadline_at, x.due_at) into v_deadline from exercises as x where x.id = v_submission.exercise_id;

    if v_submission.status <> 'draft' or clock_timestamp() > v_deadline + grace_time() then
        raise exception 'this work takes no changes any more'
            using errcode = 'PA409',
                detail = format(
                    'status = %s, deadline = %s', v_submission.status, coalesce(v_deadline::text, 'none')
                ),
                hint = 'What was saved in time is handed in.';
    end if;

    update exercise_submissions as s
    set content = coalesce(p_content, s.content), files = coalesce(p_files, s.files)
    where s.id = p_submission_id;

    return v_deadline;
end;
$$;

comment on function save_submission is 'Keeps the calling learner''s draft; returns its deadline.';
revoke all on function save_submission from public;
grant execute on function save_submission to pgacademy_student;
