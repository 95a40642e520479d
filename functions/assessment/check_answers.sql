-- check_answers: refuses answers that have not the shape their question asks for.
--
--   {"<question id>": answer, ...}, of questions of this attempt
--   multiple_choice  the id of an option        multiple_select  an array of ids, none twice
--   true_false       a boolean                  short_answer     a text of at most 1000 characters
--   numeric          a number                   ordering         an array of every id, none twice
--   null             no answer
--
-- called by  save_answers, submit_quiz
-- requires   refuse_shape
-- errors     PA422 with the path in the detail
create or replace function check_answers(
    p_question_ids uuid[],
    p_answers jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_wrong record;
begin
    if p_answers is null or jsonb_typeof(p_answers) <> 'object' then
        perform refuse_shape(p_path => '$', p_problem => 'is not an object');
    end if;

    select w.path, w.problem
    into v_wrong
    from (
        select
            format('$.%I', a.key) as path,
            case
                when q.id is null then 'is not a question of this attempt'
                when jsonb_typeof(a.value) = 'null' then null
                when q.question_type = 'multiple_choice' then
                    case
                        when jsonb_typeof(a.value) <> 'string' or not q.options @> jsonb_build_array(
                            jsonb_build_object('id', a.value)
                        ) then 'is not the id of an option'
                    end
                when q.question_type = 'true_false' then
                    case when jsonb_typeof(a.value) <> 'boolean' then 'is not a boolean' end
                when q.question_type = 'short_answer' then
                    case
                        when jsonb_typeof(a.value) <> 'string' or length(a.value #>> '{}') > 1000
                            then 'is not a text of at most 1000 characters'
                    end
                when q.question_type = 'numeric' then
                    case
                        when jsonb_typeof(a.value) <> 'number' or length(a.value::text) > 40
                            then 'is not a number of at most 40 characters'
                    end
                when jsonb_typeof(a.value) <> 'array' then 'is not an array'
                when jsonb_array_length(a.value) > jsonb_array_length(q.options) then 'has more elements than options'
                when q.question_type = 'ordering' and jsonb_array_length(a.value) < jsonb_array_length(q.options)
                    then 'does not name every option'
            end as problem
        from jsonb_each(p_answers) as a (key, value)
        left join quiz_questions as q on q.id::text = a.key and q.id = any(p_question_ids)

        union all

        select
            format('$.%I[%s]', a.key, i.nth - 1),
            case
                when jsonb_typeof(i.value) <> 'string' or not q.options @> jsonb_build_array(
                    jsonb_build_object('id', i.value)
                ) then 'is not the id of an option'
                when row_number() over (partition by a.key, i.value order by i.nth) > 1 then 'is there twice'
            end
        from jsonb_each(p_answers) as a (key, value)
        inner join quiz_questions as q on q.id::text = a.key and q.id = any(p_question_ids)
        cross join lateral jsonb_array_elements(
            case when jsonb_typeof(a.value) = 'array' then a.value else '[]' end
        ) with ordinality as i (value, nth)
        where q.question_type in ('multiple_select', 'ordering')
    ) as w
    where w.problem is not null
    order by w.path
    limit 1;

    if found then
        perform refuse_shape(p_path => v_wrong.path, p_problem => v_wrong.problem);
    end if;
end;
$$;

comment on function check_answers is 'Internal: refuses answers that have not the shape their questions ask for.';
-- Granted to nobody: part of procedures.
revoke all on function check_answers from public;
