-- checked_criteria: the criteria of an achievement in their one form, or an error.
--
-- {"metric": name, "threshold": number > 0, "scope": "global" or a course's id}; scope may be left out. The older
-- {"condition": name, "value": number} is taken too. What does not fit is refused with the JSON path in detail.
--
-- called by  normalise_criteria, preview_achievement
-- requires   check_shape, achievement_criteria_shape, refuse_shape
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
    v_criteria constant jsonb := coalesce(p_criteria, 'null');
    v_metric_key text;
    v_metric text;
    v_threshold numeric;
    v_scope text;
    v_is_course_scoped boolean;
begin
    perform check_shape(p_document => v_criteria, p_shape => achievement_criteria_shape());

    v_metric_key := case when v_criteria ? 'condition' then 'condition' else 'metric' end;
    v_metric := v_criteria ->> v_metric_key;
    v_threshold := (v_criteria ->> case when v_criteria ? 'value' then 'value' else 'threshold' end)::numeric;
    v_scope := v_criteria ->> 'scope';

    select m.is_course_scoped into v_is_course_scoped from achievement_metrics as m where m.metric = v_metric;

    if not found then
        perform refuse_shape(p_path => '$.' || v_metric_key, p_problem => 'is not a metric');
    end if;

    if v_scope <> 'global' then
        if not exists (select from courses as c where c.id = v_scope::uuid and c.deleted_at is null) then
            perform refuse_shape(p_path => '$.scope', p_problem => 'is no course');
        elsif not v_is_course_scoped then
            perform refuse_shape(
                p_path => '$.scope', p_problem => format('is a course, but %s is not counted within one', v_metric)
            );
        end if;
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
