-- checked_criteria: the criteria of an achievement in their one form, or an error.
--
-- {"metric": name, "threshold": number > 0, "scope": "global" or a course's id}; scope may be left out. The older
-- {"condition": name, "value": number} is taken too. What does not fit is refused with the JSON path in detail.
--
-- called by  normalise_criteria, preview_achievement
-- errors     PA422 not of that form, an unknown metric or course, a metric that cannot be counted within a course
create or replace function checked_criteria(
    p_criteria jsonb
)
returns jsonb
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_criteria constant jsonb := p_criteria;
    v_path text;
    v_problem text;
    v_metric_key text;
    v_threshold_key text;
    v_metric text;
    v_threshold numeric;
    v_scope text;
    v_is_course_scoped boolean;
begin
    if v_criteria is null or jsonb_typeof(v_criteria) <> 'object' then
        v_path := '$';
        v_problem := 'is not an object';
    else
        v_metric_key := case when v_criteria ? 'condition' then 'condition' else 'metric' end;
        v_threshold_key := case when v_criteria ? 'value' then 'value' else 'threshold' end;

        -- A key that is neither: that also refuses both names of one thing at once.
        select format('$.%I', k.key), 'is not known here'
        into v_path, v_problem
        from jsonb_object_keys(v_criteria) as k (key)
        where k.key not in (v_metric_key, v_threshold_key, 'scope')
        order by k.key
        limit 1;
    end if;

    if v_path is null then
        if coalesce(jsonb_typeof(v_criteria -> v_metric_key), '') <> 'string' then
            v_path := '$.' || v_metric_key;
            v_problem := 'is not a string';
        else
            v_metric := v_criteria ->> v_metric_key;

            select m.is_course_scoped
            into v_is_course_scoped
            from achievement_metrics as m
            where m.metric = v_metric;

            if not found then
                v_path := '$.' || v_metric_key;
                v_problem := 'is not a metric';
            end if;
        end if;
    end if;

    if v_path is null then
        if coalesce(jsonb_typeof(v_criteria -> v_threshold_key), '') <> 'number' then
            v_path := '$.' || v_threshold_key;
            v_problem := 'is not a number';
        else
            v_threshold := (v_criteria ->> v_threshold_key)::numeric;

            -- More than any counter can hold could never be reached.
            if v_threshold <= 0 or v_threshold > 9223372036854775807 then
                v_path := '$.' || v_threshold_key;
                v_problem := 'is not between 0 and 2^63';
            end if;
        end if;
    end if;

    if v_path is null and v_criteria ? 'scope' then
        v_scope := v_criteria ->> 'scope';
        v_path := '$.scope';

        if jsonb_typeof(v_criteria -> 'scope') <> 'string' then
            v_problem := 'is not a string';
        elsif v_scope = 'global' then
            v_path := null;
        elsif v_scope !~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' then
            v_problem := 'is neither global nor the id of a course';
        elsif not exists (select from courses as c where c.id = v_scope::uuid and c.deleted_at is null) then
            v_problem := 'is no course';
        elsif not v_is_course_scoped then
            v_problem := format('is a course, but %s is not counted within one', v_metric);
        else
            v_path := null;
        end if;
    end if;

    if v_path is not null then
        raise exception 'these criteria cannot be used'
            using errcode = 'PA422',
                detail = format('%s %s', v_path, v_problem),
                hint = 'Use {"metric": name, "threshold": number, "scope": "global" or a course}.';
    end if;

    return jsonb_build_object(
        'metric', v_metric,
        'threshold', v_threshold,
        'scope', coalesce(lower(v_scope), 'global')
    );
end;
$$;

comment on function checked_criteria is 'Internal: the criteria of an achievement in their one form; refuses what does not fit.';
-- Granted to nobody: it names courses that nobody sees yet.
revoke all on function checked_criteria from public;
