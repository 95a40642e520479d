-- rubric_grading: the points that a grader gives, held against the rubric of the exercise: every criterion is given points, none
-- more than it is worth. Returns {"criteria": [{"id", "title", "points", "max_points", "comment"}, ...]} in the rubric's order.
--
-- called by  grade_submission
-- requires   check_shape, rubric_points_shape, refuse_shape
-- errors     PA422 with the path in the detail
create or replace function rubric_grading(
    p_rubric jsonb,
    p_points jsonb
)
returns jsonb
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_wrong record;
begin
    perform check_shape(p_document => coalesce(p_points, 'null'), p_shape => rubric_points_shape(), p_path => '$');

    select
        format('$.%I', coalesce(c.value ->> 'id', g.key)) || case when c.nth is null or g.key is null then '' else '.points' end
            as path,
        case
            when c.nth is null then 'is no criterion of the rubric'
            when g.key is null then 'is missing'
            when scale((g.value -> 'points')::numeric) > 2 then 'has more than 2 decimals'
            else format('is above %s', c.value ->> 'max_points')
        end as problem
    into v_wrong
    from jsonb_array_elements(p_rubric -> 'criteria') with ordinality as c (value, nth)
    full join jsonb_each(p_points) as g (key, value) on g.key = c.value ->> 'id'
    where
        c.nth is null
        or g.key is null
        or (g.value -> 'points')::numeric > (c.value -> 'max_points')::numeric
        or scale((g.value -> 'points')::numeric) > 2
    order by c.nth nulls first, g.key
    limit 1;

    if found then
        perform refuse_shape(p_path => v_wrong.path, p_problem => v_wrong.problem);
    end if;

    return (
        select jsonb_build_object(
            'criteria',
            jsonb_agg(
                jsonb_strip_nulls(jsonb_build_object(
                    'id', c.value -> 'id', 'title', c.value -> 'title', 'points', g.value -> 'points',
                    'max_points', c.value -> 'max_points', 'comment', g.value -> 'comment'
                ))
                order by c.nth
            )
        )
        from jsonb_array_elements(p_rubric -> 'criteria') with ordinality as c (value, nth)
        inner join jsonb_each(p_points) as g (key, value) on g.key = c.value ->> 'id'
    );
end;
$$;

comment on function rubric_grading is 'Internal: the points a grader gives, held against the rubric.';
-- Granted to nobody: part of procedures.
revoke all on function rubric_grading from public;
