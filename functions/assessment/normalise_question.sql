-- normalise_question: brings options and key of a question into their one form, and refuses what does not fit.
--
--   multiple_choice  options [{"id", "text"}]  key {"correct": id}
--   multiple_select  options [{"id", "text"}]  key {"correct": [id, ...]}, at least one
--   true_false       no options                key {"correct": boolean}
--   short_answer     no options                key {"accepted": [text or {"text", "credit"}, ...], "case_sensitive": false}
--   numeric          no options                key {"value": n, "tolerance": 0, "partial_tolerance": n}
--   ordering         options [{"id", "text"}]  key {"correct": [every id, in order]}
--
-- Options without ids are numbered from 1. Options that say which is right ({"text", "is_correct"}) are taken apart: that
-- becomes the key, and nothing of it stays with the question.
--
-- called by  add_question, update_question
-- requires   refuse_shape
-- errors     PA422 with the path in the detail
create or replace function normalise_question(
    p_question_type text,
    p_options jsonb,
    p_answer_key jsonb,
    out options jsonb,
    out answer_key jsonb
)
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_has_options constant boolean := p_question_type in ('multiple_choice', 'multiple_select', 'ordering');
    v_known text[];
    v_ids text[];
    v_option record;
    v_item record;
    v_correct jsonb;
    v_marked boolean := false;
begin
    v_correct := '[]';

    if p_question_type is null or p_question_type not in (
        'multiple_choice', 'multiple_select', 'true_false', 'short_answer', 'numeric', 'ordering'
    ) then
        perform refuse_shape(p_path => '$.question_type', p_problem => 'is not a type of question');
    end if;

    if v_has_options then
        if p_options is null or jsonb_typeof(p_options) <> 'array' then
            perform refuse_shape(p_path => '$.options', p_problem => 'is not an array');
        end if;

        if jsonb_array_length(p_options) not between 2 and 50 then
            perform refuse_shape(p_path => '$.options', p_problem => 'has not 2 to 50 elements');
        end if;

        options := '[]';
        v_ids := '{}';

        for v_option in
            select '$.options[' || o.nth - 1 || ']' as path, o.value, o.nth
            from jsonb_array_elements(p_options) with ordinality as o (value, nth)
            order by o.nth
        loop
            if jsonb_typeof(v_option.value) <> 'object' then
                perform refuse_shape(p_path => v_option.path, p_problem => 'is not an object');
            end if;

            perform refuse_shape(p_path => format('%s.%I', v_option.path, k.key), p_problem => 'is not known here')
            from jsonb_object_keys(v_option.value) as k (key)
            where k.key not in ('id', 'text', 'is_correct')
            order by k.key
            limit 1;

            if jsonb_typeof(v_option.value -> 'text') is distinct from 'string'
                or length(v_option.value ->> 'text') not between 1 and 2000
            then
                perform refuse_shape(p_path => v_option.path || '.text', p_problem => 'is not a text of 1 to 2000 characters');
            end if;

            if v_option.value ? 'id' and (
                jsonb_typeof(v_option.value -> 'id') <> 'string' or v_option.value ->> 'id' !~ '^[A-Za-z0-9_-]{1,40}$'
            ) then
                perform refuse_shape(p_path => v_option.path || '.id', p_problem => 'is not 1 to 40 of A-Z, a-z, 0-9, _ and -');
            end if;

            if v_option.value ? 'is_correct' then
                if jsonb_typeof(v_option.value -> 'is_correct') <> 'boolean' then
                    perform refuse_shape(p_path => v_option.path || '.is_correct', p_problem => 'is not a boolean');
                end if;

                if p_answer_key is not null or p_question_type = 'ordering' then
                    perform refuse_shape(p_path => v_option.path || '.is_correct', p_problem => 'is said by the key');
                end if;

                v_marked := true;
            end if;

            if coalesce(v_option.value ->> 'id', v_option.nth::text) = any(v_ids) then
                perform refuse_shape(p_path => v_option.path || '.id', p_problem => 'is there twice');
            end if;

            v_ids := v_ids || coalesce(v_option.value ->> 'id', v_option.nth::text);
            options := options || jsonb_build_object('id', v_ids[v_option.nth], 'text', v_option.value -> 'text');

            if v_option.value -> 'is_correct' = 'true' then
                v_correct := v_correct || to_jsonb(v_ids[v_option.nth]);
            end if;
        end loop;
    elsif p_options is not null then
        perform refuse_shape(p_path => '$.options', p_problem => 'is not for this type of question');
    end if;

    answer_key := p_answer_key;

    if v_marked then
        if p_question_type = 'multiple_choice' and jsonb_array_length(v_correct) <> 1 then
            perform refuse_shape(p_path => '$.options', p_problem => 'has not exactly one that is_correct');
        end if;

        answer_key := jsonb_build_object(
            'correct', case when p_question_type = 'multiple_choice' then v_correct -> 0 else v_correct end
        );
    end if;

    if answer_key is null or jsonb_typeof(answer_key) <> 'object' then
        perform refuse_shape(p_path => '$.answer_key', p_problem => 'is not an object');
    end if;

    v_known := case p_question_type
        when 'short_answer' then array['accepted', 'case_sensitive']
        when 'numeric' then array['value', 'tolerance', 'partial_tolerance']
        else array['correct']
    end;

    perform refuse_shape(p_path => format('$.answer_key.%I', k.key), p_problem => 'is not known here')
    from jsonb_object_keys(answer_key) as k (key)
    where k.key <> all(v_known)
    order by k.key
    limit 1;

    case p_question_type
        when 'multiple_choice' then
            if jsonb_typeof(answer_key -> 'correct') is distinct from 'string'
                or answer_key ->> 'correct' <> all(v_ids)
            then
                perform refuse_shape(p_path => '$.answer_key.correct', p_problem => 'is not the id of an option');
            end if;
        when 'true_false' then
            if jsonb_typeof(answer_key -> 'correct') is distinct from 'boolean' then
                perform refuse_shape(p_path => '$.answer_key.correct', p_problem => 'is not a boolean');
            end if;
        when 'multiple_select', 'ordering' then
            if jsonb_typeof(answer_key -> 'correct') is distinct from 'array'
                or jsonb_array_length(answer_key -> 'correct') = 0
            then
                perform refuse_shape(p_path => '$.answer_key.correct', p_problem => 'is not an array with something in it');
            end if;

            for v_item in
                select
                    '$.answer_key.correct[' || c.nth - 1 || ']' as path,
                    jsonb_typeof(c.value) = 'string' and c.value #>> '{}' = any(v_ids) as is_option,
                    row_number() over (partition by c.value order by c.nth) > 1 as is_again
                from jsonb_array_elements(answer_key -> 'correct') with ordinality as c (value, nth)
                order by c.nth
            loop
                if not v_item.is_option then
                    perform refuse_shape(p_path => v_item.path, p_problem => 'is not the id of an option');
                end if;

                if v_item.is_again then
                    perform refuse_shape(p_path => v_item.path, p_problem => 'is there twice');
                end if;
            end loop;

            if p_question_type = 'ordering' and jsonb_array_length(answer_key -> 'correct') <> cardinality(v_ids) then
                perform refuse_shape(p_path => '$.answer_key.correct', p_problem => 'does not name every option');
            end if;
        when 'short_answer' then
            if jsonb_typeof(answer_key -> 'accepted') is distinct from 'array'
                or jsonb_array_length(answer_key -> 'accepted') not between 1 and 100
            then
                perform refuse_shape(p_path => '$.answer_key.accepted', p_problem => 'is not an array of 1 to 100 elements');
            end if;

            if answer_key ? 'case_sensitive' and jsonb_typeof(answer_key -> 'case_sensitive') <> 'boolean' then
                perform refuse_shape(p_path => '$.answer_key.case_sensitive', p_problem => 'is not a boolean');
            end if;

            for v_item in
                select '$.answer_key.accepted[' || a.nth - 1 || ']' as path, a.value
                from jsonb_array_elements(answer_key -> 'accepted') with ordinality as a (value, nth)
                order by a.nth
            loop
                if jsonb_typeof(v_item.value) = 'string' then
                    v_item.value := jsonb_build_object('text', v_item.value, 'credit', 1);
                elsif jsonb_typeof(v_item.value) <> 'object' then
                    perform refuse_shape(p_path => v_item.path, p_problem => 'is neither a text nor an object');
                end if;

                perform refuse_shape(p_path => format('%s.%I', v_item.path, k.key), p_problem => 'is not known here')
                from jsonb_object_keys(v_item.value) as k (key)
                where k.key not in ('text', 'credit')
                order by k.key
                limit 1;

                if jsonb_typeof(v_item.value -> 'text') is distinct from 'string'
                    or length(v_item.value ->> 'text') > 1000
                    or v_item.value ->> 'text' !~ '[^[:space:]]'
                then
                    perform refuse_shape(p_path => v_item.path, p_problem => 'has no text of 1 to 1000 characters');
                end if;

                if jsonb_typeof(v_item.value -> 'credit') is distinct from 'number'
                    or (v_item.value ->> 'credit')::numeric <= 0
                    or (v_item.value ->> 'credit')::numeric > 1
                    or scale((v_item.value ->> 'credit')::numeric) > 4
                then
                    perform refuse_shape(
                        p_path => v_item.path || '.credit', p_problem => 'is not above 0 and at most 1, with 4 decimals'
                    );
                end if;
            end loop;
        when 'numeric' then
            for v_item in
                select '$.answer_key.' || n.key as path, answer_key -> n.key as value, n.key
                from unnest(v_known) with ordinality as n (key, nth)
                where n.key = 'value' or answer_key ? n.key
                order by n.nth
            loop
                if jsonb_typeof(v_item.value) is distinct from 'number' or length(v_item.value::text) > 40 then
                    perform refuse_shape(p_path => v_item.path, p_problem => 'is not a number of at most 40 characters');
                end if;

                if v_item.key <> 'value' and v_item.value::numeric < 0 then
                    perform refuse_shape(p_path => v_item.path, p_problem => 'is negative');
                end if;
            end loop;

            if (answer_key ->> 'partial_tolerance')::numeric < coalesce((answer_key ->> 'tolerance')::numeric, 0) then
                perform refuse_shape(p_path => '$.answer_key.partial_tolerance', p_problem => 'is less than tolerance');
            end if;
    end case;
end;
$$;

comment on function normalise_question is 'Internal: options and key of a question in their one form; refuses what does not fit.';
-- Granted to nobody: part of procedures.
revoke all on function normalise_question from public;
