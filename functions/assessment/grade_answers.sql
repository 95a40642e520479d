-- grade_answers: the points of every question for given answers. The one place that knows what an answer is worth.
--
--   multiple_choice, true_false  all or nothing
--   short_answer     the credit of the accepted text that it is; spaces at the ends and runs of them do not count, case only
--                    where the key says so
--   numeric          all within the tolerance, half within the partial tolerance, where there is one
--   multiple_select  (right - wrong) / all that are right, and not below nothing: ticking everything pays nothing extra
--   ordering         (pairs in the right order - pairs in the wrong one) / pairs, not below nothing: chance pays nothing
--
-- Points are rounded to two decimals, question by question; no answer is 0 points. A question without a key cannot be
-- answered right. Rows come in the order of the ids. In PL/pgSQL, which keeps its plan.
--
-- called by  attempt_grading
-- errors     none: answers that check_answers would refuse are worth nothing, or what is right in them
create or replace function grade_answers(
    p_question_ids uuid[],
    p_answers jsonb
)
returns table (question_id uuid, points numeric, max_points numeric)
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return query
    select
        q.id,
        round(
            coalesce(
                case q.question_type
                    when 'multiple_choice' then
                        case when g.answer = k.answer_key -> 'correct' then q.points end
                    when 'true_false' then
                        case when g.answer = k.answer_key -> 'correct' then q.points end
                    when 'short_answer' then
                        case when jsonb_typeof(g.answer) = 'string' then q.points * (
                            select max(case when jsonb_typeof(a.value) = 'object' then (a.value ->> 'credit')::numeric else 1 end)
                            from jsonb_array_elements(k.answer_key -> 'accepted') as a (value)
                            cross join lateral (
                                select
                                    btrim(regexp_replace(g.answer #>> '{}', '[[:space:]]+', ' ', 'g')) as given,
                                    btrim(regexp_replace(
                                        coalesce(a.value ->> 'text', a.value #>> '{}'), '[[:space:]]+', ' ', 'g'
                                    )) as accepted
                            ) as t
                            where
                                t.given = t.accepted
                                or (
                                    k.answer_key -> 'case_sensitive' is distinct from 'true'
                                    and lower(t.given) = lower(t.accepted)
                                )
                        ) end
                    when 'numeric' then
                        case when jsonb_typeof(g.answer) = 'number' then
                            case
                                when abs(g.answer::numeric - (k.answer_key -> 'value')::numeric)
                                    <= coalesce((k.answer_key -> 'tolerance')::numeric, 0) then q.points
                                when abs(g.answer::numeric - (k.answer_key -> 'value')::numeric)
                                    <= (k.answer_key -> 'partial_tolerance')::numeric then q.points / 2
                            end
                        end
                    when 'multiple_select' then
                        case when jsonb_typeof(g.answer) = 'array' then q.points * greatest(0, (
                            select sum(case when k.answer_key -> 'correct' @> s.value then 1 else -1 end)
                            from jsonb_array_elements(g.answer) as s (value)
                        )) / jsonb_array_length(k.answer_key -> 'correct') end
                    when 'ordering' then
                        case when jsonb_typeof(g.answer) = 'array' then q.points * greatest(0, (
                            with placed as (
                                select c.nth as place, s.nth as given
                                from jsonb_array_elements(k.answer_key -> 'correct') with ordinality as c (value, nth)
                                inner join jsonb_array_elements(g.answer) with ordinality as s (value, nth)
                                    on s.value = c.value
                            )

                            select sum(sign(later.given - earlier.given))::numeric
                            from placed as earlier
                            inner join placed as later on later.place > earlier.place
                        )) * 2 / (
                            jsonb_array_length(k.answer_key -> 'correct')
                            * (jsonb_array_length(k.answer_key -> 'correct') - 1)
                        ) end
                end,
                0
            ),
            2
        ),
        q.points::numeric
    from unnest(p_question_ids) with ordinality as i (id, nth)
    inner join quiz_questions as q on q.id = i.id
    left join quiz_question_keys as k on k.question_id = q.id
    cross join lateral (select p_answers -> q.id::text as answer) as g
    order by i.nth;
end;
$$;

comment on function grade_answers is 'Internal: the points of every question for given answers.';
-- Granted to nobody: whoever may call it can try out answers.
revoke all on function grade_answers from public;
