-- shape_problem: where a JSON document first departs from its shape, and how; nulls if it does not. The one place that
-- knows what a shape means.
--
-- A shape is a JSON Schema (draft 2020-12) made of: type, enum, properties, required, additionalProperties (true, false or a
-- shape), propertyNames (pattern), minProperties, maxProperties, items, minItems, maxItems, uniqueItems, minLength, maxLength,
-- pattern, minimum, maximum, exclusiveMinimum, anyOf. Other words are notes for people. As there, a word speaks only of values
-- of its kind: minLength says nothing about a number. (tests/shapes holds it against another implementation.)
--
-- Of several alternatives (anyOf), the one whose fault lies deepest tells what is wrong.
--
-- called by  check_shape, itself
-- errors     none
create or replace function shape_problem(
    p_document jsonb,
    p_shape jsonb,
    p_path text default '$',
    out path text,
    out problem text
)
language plpgsql
immutable
parallel safe
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_type constant text := jsonb_typeof(p_document);
    v_part record;
    v_inner record;
    v_count integer;
begin
    path := p_path;

    if p_shape ? 'type' and not (
        case jsonb_typeof(p_shape -> 'type') when 'array' then p_shape -> 'type' else jsonb_build_array(p_shape -> 'type') end
        ?| case
            when v_type = 'number' and p_document::numeric = trunc(p_document::numeric) then array['number', 'integer']
            else array[v_type]
        end
    ) then
        problem := 'is not ' || case jsonb_typeof(p_shape -> 'type')
            when 'array' then 'one of ' || (p_shape ->> 'type')
            else case when p_shape ->> 'type' ~ '^[aeiou]' then 'an ' else 'a ' end || (p_shape ->> 'type')
        end;
        return;
    end if;

    if p_shape ? 'enum' and not (p_shape -> 'enum') @> jsonb_build_array(p_document) then
        problem := 'is not one of ' || (p_shape ->> 'enum');
        return;
    end if;

    case v_type
        when 'string' then
            v_count := length(p_document #>> '{}');
            problem := case
                when v_count < (p_shape ->> 'minLength')::integer or v_count > (p_shape ->> 'maxLength')::integer then
                    format('has not %s to %s characters', coalesce(p_shape ->> 'minLength', '0'), p_shape ->> 'maxLength')
                when p_document #>> '{}' !~ (p_shape ->> 'pattern') then 'does not match ' || (p_shape ->> 'pattern')
            end;
        when 'number' then
            problem := case
                when p_document::numeric < (p_shape ->> 'minimum')::numeric then 'is below ' || (p_shape ->> 'minimum')
                when p_document::numeric > (p_shape ->> 'maximum')::numeric then 'is above ' || (p_shape ->> 'maximum')
                when p_document::numeric <= (p_shape ->> 'exclusiveMinimum')::numeric then
                    'is not above ' || (p_shape ->> 'exclusiveMinimum')
            end;
        when 'array' then
            v_count := jsonb_array_length(p_document);
            problem := case
                when v_count < (p_shape ->> 'minItems')::integer or v_count > (p_shape ->> 'maxItems')::integer then
                    format('has not %s to %s elements', coalesce(p_shape ->> 'minItems', '0'), p_shape ->> 'maxItems')
                when p_shape -> 'uniqueItems' = 'true' and v_count > (
                    select count(distinct i.value) from jsonb_array_elements(p_document) as i (value)
                ) then 'has an element twice'
            end;

            if problem is null and p_shape ? 'items' then
                for v_part in
                    select i.value, format('%s[%s]', p_path, i.nth - 1) as path
                    from jsonb_array_elements(p_document) with ordinality as i (value, nth)
                    order by i.nth
                loop
                    v_inner := shape_problem(
                        p_document => v_part.value, p_shape => p_shape -> 'items', p_path => v_part.path
                    );
                    path := coalesce(v_inner.path, path);
                    problem := v_inner.problem;
                    exit when problem is not null;
                end loop;
            end if;
        when 'object' then
            select format('%s.%I', p_path, r.key) as path
            into v_part
            from jsonb_array_elements_text(p_shape -> 'required') with ordinality as r (key, nth)
            where not p_document ? r.key
            order by r.nth
            limit 1;

            if found then
                path := v_part.path;
                problem := 'is missing';
                return;
            end if;

            select count(*) into v_count from jsonb_object_keys(p_document) as k (key);
            problem := case
                when v_count < (p_shape ->> 'minProperties')::integer or v_count > (p_shape ->> 'maxProperties')::integer then
                    format('has not %s to %s keys', coalesce(p_shape ->> 'minProperties', '0'), p_shape ->> 'maxProperties')
            end;

            if problem is null then
                for v_part in
                    select
                        format('%s.%I', p_path, d.key) as path,
                        d.key,
                        d.value,
                        coalesce(p_shape -> 'properties' -> d.key, p_shape -> 'additionalProperties', 'true') as shape
                    from jsonb_each(p_document) as d (key, value)
                    order by d.key collate "C"
                loop
                    path := v_part.path;

                    if v_part.shape = 'false' then
                        problem := 'is not known here';
                    elsif v_part.key !~ (p_shape -> 'propertyNames' ->> 'pattern') then
                        problem := 'has a name that does not match ' || (p_shape -> 'propertyNames' ->> 'pattern');
                    elsif v_part.shape <> 'true' then
                        v_inner := shape_problem(
                            p_document => v_part.value, p_shape => v_part.shape, p_path => v_part.path
                        );
                        path := coalesce(v_inner.path, path);
                        problem := v_inner.problem;
                    end if;

                    exit when problem is not null;
                end loop;
            end if;
        else
            null;
    end case;

    if problem is null and p_shape ? 'anyOf' then
        select w.path, w.problem, w.fits
        into v_part
        from (
            select t.path, t.problem, t.problem is null as fits, a.nth
            from jsonb_array_elements(p_shape -> 'anyOf') with ordinality as a (shape, nth)
            cross join lateral shape_problem(p_document => p_document, p_shape => a.shape, p_path => p_path) as t
        ) as w
        order by w.fits desc, regexp_count(w.path, '[.[]') desc, w.nth
        limit 1;

        path := v_part.path;
        problem := v_part.problem;
    end if;

    if problem is null then
        path := null;
    end if;
end;
$$;

comment on function shape_problem is 'Internal: where a JSON document first departs from its shape, and how.';
-- Granted to nobody: part of checks.
revoke all on function shape_problem from public;
