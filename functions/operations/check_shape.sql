-- check_shape: refuses a JSON document that has not the shape it must have, with the path to the first thing wrong.
--
-- A shape is a JSON Schema; of its words those in use are known: type, properties, required, additionalProperties: false,
-- items, minItems, maxItems, enum, minimum, maximum, minLength, maxLength, pattern. So applications check with the same
-- document as the school (lib/pgacademy/schemas/, generated). It goes as deep as the shape, however deep the document is.
-- p_of says which document it is. A null document is none, and not looked at.
--
-- called by  check_project_documents
-- requires   refuse_shape
-- errors     PA422 with the path in the detail
create or replace function check_shape(
    p_of text,
    p_document jsonb,
    p_shape jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_path text;
    v_problem text;
begin
    with recursive nodes (place, path, value, kind, shape) as (
        select '{}'::bigint[], '$', p_document, jsonb_typeof(p_document), p_shape
        union all
        select n.place || c.nth, n.path || c.step, c.value, jsonb_typeof(c.value), c.shape
        from nodes as n
        cross join lateral (
            select m.nth, '.' || m.key as step, m.value, n.shape -> 'properties' -> m.key as shape
            from jsonb_each(case n.kind when 'object' then n.value end) with ordinality as m (key, value, nth)
            where n.shape -> 'properties' ? m.key
            union all
            select e.nth, '[' || e.nth - 1 || ']', e.value, n.shape -> 'items'
            from jsonb_array_elements(case n.kind when 'array' then n.value end) with ordinality as e (value, nth)
            where n.shape ? 'items'
        ) as c
    )

    select n.path || w.step, w.problem
    into v_path, v_problem
    from nodes as n
    cross join lateral (
        select
            '' as step,
            case
                when not (n.shape -> 'type') @> to_jsonb(n.kind) then 'is no ' || replace(
                    translate(n.shape ->> 'type', '[]"', ''), ', ', ' or '
                )
                when n.kind = 'string' then case
                    when length(n.value #>> '{}') not between coalesce((n.shape ->> 'minLength')::integer, 0)
                        and coalesce((n.shape ->> 'maxLength')::integer, 100000)
                        then format(
                            'has not %s to %s characters',
                            coalesce(n.shape ->> 'minLength', '0'), coalesce(n.shape ->> 'maxLength', '100000')
                        )
                    when not (n.shape -> 'enum') @> n.value
                        then 'is not one of ' || translate(n.shape ->> 'enum', '[]"', '')
                    when n.value #>> '{}' !~ (n.shape ->> 'pattern') then 'does not match ' || (n.shape ->> 'pattern')
                end
                when n.kind = 'number' then case
                    when n.value::numeric not between (n.shape ->> 'minimum')::numeric and (n.shape ->> 'maximum')::numeric
                        then format('is not between %s and %s', n.shape ->> 'minimum', n.shape ->> 'maximum')
                end
                when n.kind = 'array' then case
                    when jsonb_array_length(n.value) not between coalesce((n.shape ->> 'minItems')::integer, 0)
                        and coalesce((n.shape ->> 'maxItems')::integer, 100000)
                        then format(
                            'has not %s to %s elements',
                            coalesce(n.shape ->> 'minItems', '0'), coalesce(n.shape ->> 'maxItems', '100000')
                        )
                end
            end as problem,
            0 as nth
        union all
        select '.' || r.key, 'is missing', r.nth
        from jsonb_array_elements_text(n.shape -> 'required') with ordinality as r (key, nth)
        where n.kind = 'object' and not n.value ? r.key
        union all
        select
            '.' || case when k.key ~ '^[A-Za-z0-9_]{1,100}$' then k.key else to_jsonb(left(k.key, 100))::text end,
            'is not known here',
            1000 + k.nth
        from jsonb_object_keys(case n.kind when 'object' then n.value end) with ordinality as k (key, nth)
        where n.shape -> 'additionalProperties' = 'false' and not n.shape -> 'properties' ? k.key
    ) as w
    where w.problem is not null
    order by n.place, w.nth
    limit 1;

    if found then
        perform refuse_shape(p_path => v_path, p_problem => format('%s (%s)', v_problem, p_of));
    end if;
end;
$$;

comment on function check_shape is 'Internal: refuses a JSON document that does not fit a shape, naming the path.';
-- Granted to nobody: part of triggers and procedures.
revoke all on function check_shape from public;
