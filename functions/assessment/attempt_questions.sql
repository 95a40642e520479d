-- attempt_questions: what a learner sees of the questions of an attempt, in the attempt's order, without what is right.
--
--   [{"id", "type", "text", "points", "options": [{"id", "text"}] or null}, ...]
--
-- Options are shuffled by the attempt's seed where the quiz says so, and always where they are to be put in order. The
-- order is that of a hash of seed, question and option: the same on every server and at every call.
--
-- called by  start_quiz
-- errors     none
create or replace function attempt_questions(
    p_attempt quiz_attempts,
    p_shuffle_options boolean
)
returns jsonb
language plpgsql -- keeps its plan; an SQL function of this kind is planned with every call before PostgreSQL 18
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return (
        select
            jsonb_agg(
                jsonb_build_object(
                    'id', q.id,
                    'type', q.question_type,
                    'text', q.question_text,
                    'points', q.points,
                    'options', (
                        select
                            jsonb_agg(
                                o.value
                                order by
                                    case when p_shuffle_options or q.question_type = 'ordering' then sha256(
                                        convert_to(format('%s:%s:%s', (p_attempt).seed, q.id, o.value ->> 'id'), 'UTF8')
                                    ) end,
                                    o.nth
                            )
                        from jsonb_array_elements(q.options) with ordinality as o (value, nth)
                    )
                )
                order by i.nth
            )
        from unnest((p_attempt).question_ids) with ordinality as i (id, nth)
        inner join quiz_questions as q on q.id = i.id
    );
end;
$$;

comment on function attempt_questions is 'Internal: the questions of an attempt as its learner sees them.';
-- Granted to nobody: part of procedures.
revoke all on function attempt_questions from public;
