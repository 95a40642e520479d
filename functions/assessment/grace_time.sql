-- grace_time: how long after the deadline of an attempt answers are still taken, for what the network needs.
--
-- called by  whatever asks whether a deadline is over, of quizzes and exercises
-- requires   setting
-- errors     none
create or replace function grace_time()
returns interval
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return make_interval(secs => coalesce((setting(p_key => 'assessment.grace_seconds') #>> '{}')::integer, 30));
end;
$$;

comment on function grace_time is 'Internal: how long after its deadline an attempt still takes answers.';
-- Granted to nobody: part of procedures.
revoke all on function grace_time from public;
