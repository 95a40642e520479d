-- fsrs_scheduler: how this school schedules reviews: the settings study.*, or the defaults of the reference where there
-- are none.
--
-- called by  apply_review, due_cards
-- requires   setting
-- errors     none; check_study_setting looks at values when they are set
create or replace function fsrs_scheduler()
returns table (
    parameters double precision[],
    desired_retention double precision,
    learning_steps interval[],
    relearning_steps interval[],
    maximum_days integer
)
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_parameters constant jsonb := coalesce(
        setting(p_key => 'study.fsrs_parameters'),
        '[0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629,
          1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542]'
    );
    v_learning constant jsonb := coalesce(setting(p_key => 'study.learning_steps_minutes'), '[1, 10]');
    v_relearning constant jsonb := coalesce(setting(p_key => 'study.relearning_steps_minutes'), '[10]');
begin
    return query
    select
        array(
            select (e.value #>> '{}')::double precision
            from jsonb_array_elements(v_parameters) with ordinality as e (value, n)
            order by e.n
        ),
        coalesce((setting(p_key => 'study.desired_retention_percent') #>> '{}')::double precision, 90) / 100,
        array(
            select make_interval(secs => 60 * (e.value #>> '{}')::double precision)
            from jsonb_array_elements(v_learning) with ordinality as e (value, n)
            order by e.n
        ),
        array(
            select make_interval(secs => 60 * (e.value #>> '{}')::double precision)
            from jsonb_array_elements(v_relearning) with ordinality as e (value, n)
            order by e.n
        ),
        coalesce((setting(p_key => 'study.maximum_interval_days') #>> '{}')::integer, 36500);
end;
$$;

comment on function fsrs_scheduler is 'Internal: parameters, retention and steps by which reviews are scheduled.';
-- Granted to nobody: part of procedures.
revoke all on function fsrs_scheduler from public;
