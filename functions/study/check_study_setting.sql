-- check_study_setting: refuses a setting of the scheduler that would make every review fail, or run away.
--
-- The bounds of the parameters are those of the package fsrs 6 for Python.
--
-- called by  set_setting
-- requires   refuse_shape
-- errors     PA422 with the place in the detail
create or replace function check_study_setting(
    p_key text,
    p_value jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_lower constant numeric[] := array[
        0.001, 0.001, 0.001, 0.001, 1, 0.001, 0.001, 0.001, 0, 0, 0.001, 0.001, 0.001, 0.001, 0, 0, 1, 0, 0, 0, 0.1
    ];
    v_upper constant numeric[] := array[
        100, 100, 100, 100, 10, 4, 4, 0.75, 4.5, 0.8, 3.5, 5, 0.25, 0.9, 4, 1, 6, 2, 2, 0.8, 0.8
    ];
    v_wrong bigint;
begin
    if p_key = 'study.fsrs_parameters' then
        if jsonb_array_length(p_value) <> 21 then
            perform refuse_shape(p_path => '$', p_problem => 'has not 21 numbers');
        end if;

        select e.n
        into v_wrong
        from jsonb_array_elements(p_value) with ordinality as e (value, n)
        where
            case jsonb_typeof(e.value)
                when 'number' then (e.value #>> '{}')::numeric not between v_lower[e.n] and v_upper[e.n]
                else true
            end
        order by e.n
        limit 1;

        if found then
            perform refuse_shape(
                p_path => format('$[%s]', v_wrong - 1),
                p_problem => format('is not between %s and %s', v_lower[v_wrong], v_upper[v_wrong])
            );
        end if;
    elsif p_key in ('study.learning_steps_minutes', 'study.relearning_steps_minutes') then
        if jsonb_array_length(p_value) > 10 or exists (
            select
            from jsonb_array_elements(p_value) as e (value)
            where
                case jsonb_typeof(e.value)
                    when 'number' then (e.value #>> '{}')::numeric not between 0.1 and 10080
                    else true
                end
        ) then
            perform refuse_shape(p_path => '$', p_problem => 'is not a list of at most 10 times of 0.1 to 10080 minutes');
        end if;
    elsif p_key = 'study.desired_retention_percent' and (p_value #>> '{}')::numeric not between 50 and 99 then
        perform refuse_shape(p_path => '$', p_problem => 'is not between 50 and 99');
    elsif p_key = 'study.maximum_interval_days' and (p_value #>> '{}')::numeric not between 1 and 36500 then
        perform refuse_shape(p_path => '$', p_problem => 'is not between 1 and 36500');
    end if;
end;
$$;

comment on function check_study_setting is 'Internal: refuses an unusable setting of the scheduler of reviews.';
-- Granted to nobody: part of set_setting.
revoke all on function check_study_setting from public;
