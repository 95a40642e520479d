-- require_open_attempt: refuses answers to an attempt that is graded or whose time is over.
--
-- By the server's clock at this moment: a transaction that was opened in time and used late is late.
--
-- called by  save_answers, submit_quiz
-- requires   grace_time
-- errors     PA409 graded, or late
create or replace function require_open_attempt(
    p_attempt quiz_attempts
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now constant timestamptz := clock_timestamp();
begin
    if (p_attempt).status <> 'in_progress' then
        raise exception 'this attempt is graded'
            using errcode = 'PA409', detail = format('attempt_id = %s', (p_attempt).id), hint = 'Begin another one.';
    end if;

    if v_now > (p_attempt).deadline_at + grace_time() then
        raise exception 'the time of this attempt is over'
            using errcode = 'PA409',
                detail = format(
                    'attempt_id = %s, deadline_at = %s, now = %s', (p_attempt).id, (p_attempt).deadline_at, v_now
                ),
                hint = 'What was saved in time is graded.';
    end if;
end;
$$;

comment on function require_open_attempt is 'Internal: refuses an attempt that takes no answers any more.';
-- Granted to nobody: part of procedures.
revoke all on function require_open_attempt from public;
