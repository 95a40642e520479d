-- check_exercise: what the shapes of an exercise cannot say: ids are there once, no level is worth more than its criterion,
-- and all criteria together are worth max_score.
--
-- called by  before-insert and before-update row trigger of exercises, after those that check the shapes
-- requires   refuse_shape
-- errors     PA422 with the path in the detail
create or replace function check_exercise()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_wrong record;
begin
    select w.path, w.problem
    into v_wrong
    from (
        select
            format('$.content.prompts[%s].id', p.nth - 1) as path,
            case when row_number() over (partition by p.value ->> 'id' order by p.nth) > 1 then 'is there twice' end as problem
        from jsonb_array_elements(new.content -> 'prompts') with ordinality as p (value, nth)
        union all
        select
            format('$.rubric.criteria[%s].id', c.nth - 1),
            case when row_number() over (partition by c.value ->> 'id' order by c.nth) > 1 then 'is there twice' end
        from jsonb_array_elements(new.rubric -> 'criteria') with ordinality as c (value, nth)
        union all
        select
            format('$.rubric.criteria[%s].levels[%s].points', c.nth - 1, l.nth - 1),
            case when (l.value -> 'points')::numeric > (c.value -> 'max_points')::numeric then 'is above max_points' end
        from jsonb_array_elements(new.rubric -> 'criteria') with ordinality as c (value, nth)
        cross join lateral jsonb_array_elements(c.value -> 'levels') with ordinality as l (value, nth)
        union all
        select
            '$.rubric.criteria',
            case
                when sum((c.value -> 'max_points')::numeric) <> new.max_score then
                    format('is worth %s, the exercise %s', left(sum((c.value -> 'max_points')::numeric)::text, 40), new.max_score)
            end
        from jsonb_array_elements(new.rubric -> 'criteria') as c (value)
    ) as w
    where w.problem is not null
    order by w.path
    limit 1;

    if found then
        perform refuse_shape(p_path => v_wrong.path, p_problem => v_wrong.problem);
    end if;

    return new;
end;
$$;

comment on function check_exercise is 'Trigger: ids that are there twice, and a rubric that is not worth what its exercise is.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function check_exercise from public;
