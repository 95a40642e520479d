-- save_answers: keeps answers of an open attempt. Given ones replace those of the same question, null takes one away, the
-- others stay. Returns until when answers are taken; null for no limit.
--
-- called by  learners
-- requires   require_user, require_open_attempt, check_answers
-- errors     PA401, PA403 from require_user · PA404 no such attempt of one's own · PA409 graded, or late · PA422 answers, with
--            the path
create or replace function save_answers(
    p_attempt_id uuid,
    p_answers jsonb
)
returns timestamptz
language plpgsql
volatile
security definer -- writes quiz_attempts, which no learner may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_attempt quiz_attempts;
begin
    select a.* into v_attempt
    from quiz_attempts as a
    where a.id = p_attempt_id and a.user_id = v_user_id
    for no key update;

    if not found then
        raise exception 'there is no such attempt'
            using errcode = 'PA404', detail = format('attempt_id = %s', coalesce(p_attempt_id::text, 'null')),
                hint = 'start_quiz() returns the attempt that is open.';
    end if;

    perform require_open_attempt(p_attempt => v_attempt);
    perform check_answers(p_question_ids => v_attempt.question_ids, p_answers => p_answers);

    update quiz_attempts as a
    set answers = jsonb_strip_nulls(a.answers || p_answers)
    where a.id = p_attempt_id and a.status = 'in_progress';

    return v_attempt.deadline_at;
end;
$$;

comment on function save_answers is 'Keeps answers of the calling learner''s open attempt; returns its deadline.';
revoke all on function save_answers from public;
grant execute on function save_answers to pgacademy_student;
