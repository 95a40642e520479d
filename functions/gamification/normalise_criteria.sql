-- normalise_criteria: brings the criteria of an achievement into their one form, or refuses them.
--
-- {"metric": name, "threshold": number > 0, "scope": "global" or a course's id}; scope may be left out. The older
-- {"condition": name, "value": number} is taken too. What does not fit is refused with the JSON path in detail,
-- before the generated columns would stumble over it.
--
-- called by  before-insert and before-update row trigger of achievements
-- requires   check_shape, achievement_criteria_shape, refuse_shape
-- errors     PA422 not of that form, an unknown metric or course, a metric that cannot be counted within a course
create or replace function normalise_criteria()
returns trigger
language plpgsql
volatile
security definer -- courses that nobody sees yet can be named; reads achievement_metrics and courses as they are
set search_path from current
as $$
#variable_conflict use_column
declare
    v_criteria jsonb := new.criteria;
    v_metric_key text;
    v_metric text;
    v_threshold numeric;
    v_scope text;
    v_is_course_scoped boolean;
begin
    perform check_shape(p_document => coalesce(v_criteria, 'null'), p_shape => achievement_criteria_shape(), p_path => '$');

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

    new.criteria := jsonb_build_object(
        'metric', v_metric,
        'threshold', v_threshold,
        'scope', coalesce(lower(v_scope), 'global')
    );

    return new;
end;
$$;

comment on function normalise_criteria is 'Trigger: brings criteria into their one form and refuses what does not fit.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function normalise_criteria from public;
